import { concat, type Hex, keccak256, toHex, toRlp } from 'viem'
import { headerHash } from '../../sdk/blockHeader.ts'
import { JOURNAL_SLOT } from '../../sdk/journal.ts'
import { type Lie, REFUSED, type Refusal } from './lyingNode.ts'

/** Ways in which a node can tell something else than what is on the chain, each with how it must be named. */

export interface NamedLie {
  readonly lie: Lie
  readonly named: RegExp
  /** It does not fit other answers, which may be the fault of a moment: it is named only once it lasts. */
  readonly lasts?: boolean
  /** What else is told of it; the block, unless it says otherwise. */
  readonly facts?: readonly string[]
}
export type Lies = Readonly<Record<string, NamedLie>>

interface Log {
  readonly address: Hex
  readonly data: Hex
  readonly topics: readonly Hex[]
  readonly blockHash: Hex
}

interface Receipt {
  readonly logs: readonly Log[]
  readonly [field: string]: unknown
}

type Falsify<T> = (all: readonly T[]) => readonly T[]

/** The block whose answers are falsified; it holds logs of ours, of a contract's deployment. */
export const FALSIFIED = '0x18'
const ROOT = /^The receipts of a block do not hash to what its header says/
const HEADER = /^The header of a block does not hash to its hash/
const JOURNAL = /do not add up to its journal/

const aboutLogs =
  (falsify: Falsify<Log>): Lie =>
  ({ method, result }) =>
    method === 'eth_getLogs' ? falsify(result as readonly Log[]) : result

const aboutReceipts =
  (falsify: Falsify<Receipt>): Lie =>
  ({ method, result }) =>
    method === 'eth_getBlockReceipts' ? falsify(result as readonly Receipt[]) : result

const aboutFirst = (falsify: (receipt: Receipt) => object): Lie =>
  aboutReceipts(([first, ...others]) => (first === undefined ? [] : [{ ...first, ...falsify(first) }, ...others]))

const aboutItsLogs = (falsify: Falsify<Log>): Lie => aboutFirst(({ logs }) => ({ logs: falsify(logs) }))

const aboutFirstLog = (falsify: (log: Log) => object): Lie =>
  aboutItsLogs(([first, ...others]) => (first === undefined ? [] : [{ ...first, ...falsify(first) }, ...others]))

const aboutBlock =
  (falsify: (block: Readonly<Record<string, unknown>>) => object | null): Lie =>
  ({ method, params, result }) =>
    method === 'eth_getBlockByNumber' && params[0] === FALSIFIED
      ? falsify(result as Readonly<Record<string, unknown>>)
      : result

/** A header changed and hashed anew, as only a forger of whole blocks would. */
function forged(block: Readonly<Record<string, unknown>>, change: object): object {
  const told = { ...block, ...change }
  return { ...told, hash: headerHash(told) }
}

const flip = (hex: Hex): Hex => toHex(BigInt(hex) ^ 1n, { size: (hex.length - 2) / 2 })
const NO_BLOOM = `0x${'00'.repeat(256)}`
const SOME_HASH = `0x${'cd'.repeat(32)}`

/** Those that the chain's own hashes betray. */
export const liesAboutHashes: Lies = {
  'hides the first log': { lie: aboutItsLogs((logs) => logs.slice(1)), named: ROOT },
  'hides the last log': { lie: aboutItsLogs((logs) => logs.slice(0, -1)), named: ROOT },
  'hides every log': { lie: aboutReceipts((all) => all.map((one) => ({ ...one, logs: [] }))), named: ROOT },
  'hides every log, and its bloom': {
    lie: aboutReceipts((all) => all.map((one) => ({ ...one, logs: [], logsBloom: NO_BLOOM }))),
    named: ROOT,
  },
  'hides a transaction': {
    lie: aboutReceipts((all) => all.slice(1)),
    named: /^A receipt is not of the transaction in its place|^The receipts of a block do not hash/,
    lasts: true,
  },
  'hides all transactions': { lie: aboutReceipts(() => []), named: ROOT, lasts: true },
  'tells one log twice': { lie: aboutItsLogs((logs) => [...logs.slice(0, 1), ...logs]), named: ROOT },
  'tells one transaction twice': {
    lie: aboutReceipts((all) => [...all, ...all.slice(0, 1)]),
    named: /^A receipt is not of the transaction in its place/,
  },
  'tells the logs of a transaction in another order': { lie: aboutItsLogs((logs) => logs.toReversed()), named: ROOT },
  'tells the topics of a log in another order': {
    lie: aboutFirstLog(({ topics }) => ({ topics: topics.toReversed() })),
    named: ROOT,
  },
  'changes an address': { lie: aboutFirstLog(({ address }) => ({ address: flip(address) })), named: ROOT },
  'changes a topic': { lie: aboutFirstLog(({ topics }) => ({ topics: topics.map(flip) })), named: ROOT },
  'changes data': { lie: aboutFirstLog(({ data }) => ({ data: `${data}00` })), named: ROOT },
  'turns success into failure': { lie: aboutFirst(() => ({ status: '0x0' })), named: ROOT },
  'changes the gas': { lie: aboutFirst(() => ({ cumulativeGasUsed: '0x1' })), named: ROOT },
  'changes the kind of a transaction': { lie: aboutFirst(() => ({ type: '0x1' })), named: ROOT },
  'gives a receipt to another transaction': {
    lie: aboutFirst(() => ({ transactionHash: SOME_HASH })),
    named: /^A receipt is not of the transaction in its place/,
  },
  'takes a receipt from another block': {
    lie: aboutFirst(() => ({ blockHash: SOME_HASH })),
    named: /^A receipt is of another block/,
    lasts: true,
  },
  'empties a bloom filter': { lie: aboutBlock((block) => ({ ...block, logsBloom: NO_BLOOM })), named: HEADER },
  'changes a time': { lie: aboutBlock((block) => ({ ...block, timestamp: '0x1' })), named: HEADER },
  'changes the state': { lie: aboutBlock((block) => ({ ...block, stateRoot: SOME_HASH })), named: HEADER },
  'leaves a field of the header out': {
    lie: aboutBlock(({ requestsHash: _, ...block }) => block),
    named: HEADER,
  },
  'breaks the chain of blocks': {
    lie: aboutBlock((block) => ({ ...block, parentHash: SOME_HASH })),
    named: /^A block does not follow the one before it/,
    lasts: true,
  },
  'forges a block without its logs': {
    lie: aboutBlock((block) => forged(block, { logsBloom: NO_BLOOM })),
    named: /^A block does not follow the one before it/,
    lasts: true,
  },
  'tells a block under another number': {
    lie: aboutBlock((block) => ({ ...block, number: '0x19' })),
    named: /^A block has another number than requested/,
    lasts: true,
  },
}

/** Those that blooms and the contracts' journals betray where a node's logs are taken as they come. */
export const liesAboutLogs: Lies = {
  'hides one log': { lie: aboutLogs((logs) => logs.slice(1)), named: /journal|those of its receipts/ },
  'hides every log': { lie: aboutLogs(() => []), named: /journal|those of its receipts/ },
  'tells one log twice': { lie: aboutLogs((logs) => [...logs.slice(0, 1), ...logs]), named: /came twice/ },
  'changes a topic': {
    lie: aboutLogs((logs) => {
      const indexed = logs.find(({ topics }) => topics.length > 2)
      return logs.map((log) => (log === indexed ? { ...log, topics: log.topics.toReversed() } : log))
    }),
    named: JOURNAL,
  },
  'takes a log from another branch': {
    lie: aboutLogs((logs) => logs.map((log, i) => (i === 3 ? { ...log, blockHash: SOME_HASH as Hex } : log))),
    named: /another branch/,
  },
}

interface Proof {
  readonly accountProof: readonly Hex[]
  readonly storageHash: Hex
  readonly storageProof: readonly { readonly key: Hex; readonly value: Hex; readonly proof: readonly Hex[] }[]
}

const aboutProofs =
  (falsify: (proof: Proof, address: string) => object): Lie =>
  ({ method, params, result }) =>
    method === 'eth_getProof'
      ? { ...(result as Proof), ...falsify(result as Proof, String(params[0]).toLowerCase()) }
      : result

const aboutSlot = (falsify: (slot: Proof['storageProof'][number]) => object): Lie =>
  aboutProofs(({ storageProof }) => ({ storageProof: storageProof.map((slot) => ({ ...slot, ...falsify(slot) })) }))

const INVENTED: Hex = '0x2a'
/** A trie of a single leaf, in which the journal is what it is not. */
const MADE_UP = toRlp([concat(['0x20', keccak256(JOURNAL_SLOT)]), toRlp(INVENTED)])

const OF_ACCOUNT = /^The proof of an account does not lead to the state of the block/
const OF_SLOT = /^The proof of a slot does not lead to the storage of its contract/
const STORAGE_ROOT = /^The storage root of an account is not the one that is proven/
const VALUE = /^A slot holds something else than the node says/

/** Those that the state root in a block's header betrays. `earlier` holds proofs of an earlier block, by address. */
export const liesAboutStorage = (earlier: ReadonlyMap<string, unknown>): Lies => ({
  'tells another journal': { lie: aboutSlot(() => ({ value: INVENTED })), named: VALUE },
  'says that a journal is empty': { lie: aboutSlot(() => ({ value: '0x0' })), named: VALUE },
  'says that a journal is empty, and proves it by nothing': {
    lie: aboutSlot(() => ({ value: '0x0', proof: [] })),
    named: OF_SLOT,
  },
  'changes the last node of a proof': {
    lie: aboutSlot(({ proof }) => ({ proof: proof.map((node, i) => (i === proof.length - 1 ? flip(node) : node)) })),
    named: OF_SLOT,
  },
  'changes the first node of an account’s proof': {
    lie: aboutProofs(({ accountProof }) => ({
      accountProof: accountProof.map((node, i) => (i === 0 ? flip(node) : node)),
    })),
    named: OF_ACCOUNT,
  },
  'leaves out the last node of an account’s proof': {
    lie: aboutProofs(({ accountProof }) => ({ accountProof: accountProof.slice(0, -1) })),
    named: OF_ACCOUNT,
  },
  'proves nothing at all': { lie: aboutProofs(() => ({ accountProof: [] })), named: OF_ACCOUNT },
  'proves an earlier block': { lie: aboutProofs((_, address) => earlier.get(address) as Proof), named: OF_ACCOUNT },
  'proves another contract': {
    lie: aboutProofs(() => earlier.get('another contract, of now') as Proof),
    named: /^The (proof of an account does not lead|storage root of an account is not)/,
  },
  'tells another storage root': { lie: aboutProofs(() => ({ storageHash: SOME_HASH })), named: STORAGE_ROOT },
  'makes up a storage of its own': {
    lie: aboutProofs(({ storageProof }) => ({
      storageHash: keccak256(MADE_UP),
      storageProof: storageProof.map((slot) => ({ ...slot, value: INVENTED, proof: [MADE_UP] })),
    })),
    named: STORAGE_ROOT,
  },
  'gives fewer slots than asked for': {
    lie: aboutProofs(() => ({ storageProof: [] })),
    named: /^The proof is of more or fewer slots than asked for/,
  },
})

const aboutTag =
  (tag: 'safe' | 'finalized', tell: () => unknown): Lie =>
  ({ params, result }) =>
    params[0] === tag ? tell() : result

/** Those about which blocks are settled. `earlier` holds an earlier block of the chain under its number. */
export const liesAboutFinality = (earlier: ReadonlyMap<string, unknown>): Lies => {
  const block = () => earlier.get(FALSIFIED) as Readonly<Record<string, unknown>>
  return {
    'calls a block of another branch final': {
      lie: aboutTag('finalized', () => forged(block(), { extraData: '0x01' })),
      named: /^The finalised block of a node is not on its own branch/,
      lasts: true,
    },
    'calls a block of another branch safe': {
      lie: aboutTag('safe', () => forged(block(), { extraData: '0x01' })),
      named: /^The safe block of a node is not on its own branch/,
      lasts: true,
    },
    'calls a block final that it gives another number': {
      lie: aboutTag('finalized', () => ({ ...block(), number: '0x7' })),
      named: HEADER,
    },
  }
}

const FORM = /^An answer is malformed/
const FORM_FACTS = ['at', 'problem']

/** Those that are none, because nothing could be meant by them. */
export const liesInForm: Lies = {
  'tells half a byte': {
    lie: aboutFirstLog(({ data }) => ({ data: `${data}0` })),
    named: FORM,
    lasts: true,
    facts: FORM_FACTS,
  },
  'tells a hash that is too short': {
    lie: aboutFirst(({ transactionHash }) => ({ transactionHash: String(transactionHash).slice(0, -2) })),
    named: FORM,
    lasts: true,
    facts: FORM_FACTS,
  },
  'tells a number that is none': {
    lie: aboutBlock((block) => ({ ...block, timestamp: 'now' })),
    named: FORM,
    lasts: true,
    facts: FORM_FACTS,
  },
  'proves with half a byte': {
    lie: aboutProofs(({ accountProof }) => ({ accountProof: accountProof.map((node) => `${node}0`) })),
    named: FORM,
    lasts: true,
    facts: FORM_FACTS,
  },
}

/** Serves no proofs, and a storage in which the journals are not what they are. */
export const lyingWithoutProofs: Lie = ({ method, result }) => {
  if (method === 'eth_getProof') return REFUSED
  return method === 'eth_getStorageAt' ? toHex(BigInt(result as Hex) + 1n, { size: 32 }) : result
}

/** As reth answers for all blocks but its newest. */
const BEYOND_WINDOW: Refusal = {
  refusal: { code: -32_602, message: 'distance to target block exceeds maximum proof window' },
}

/** Those that serve no proofs, and are honest. */
export const withoutProofs: Readonly<Record<string, Lie>> = {
  'serves no proofs': ({ method, result }) => (method === 'eth_getProof' ? REFUSED : result),
  'proves none but its newest block': ({ method, result }) => (method === 'eth_getProof' ? BEYOND_WINDOW : result),
}

/** Those that are not there yet, and never will be: no lies, for another server may have them. */
export const lacking: Readonly<Record<string, Lie>> = {
  'has no receipts': ({ method, result }) => (method === 'eth_getBlockReceipts' ? null : result),
  'lacks a block below its head': aboutBlock(() => null),
}
