import { type Contradiction, mayPass, type Unsettled, unsettled } from '../contradiction.ts'
import { type ChainLog, contractOf, type Followed, type FollowedContract } from '../events/contracts.ts'
import type { Meter } from '../meter.ts'
import type { Node } from '../node/node.ts'
import { NotThereYet } from '../node/nodeError.ts'
import { type BloomBits, bloomBits, mayHold } from '../verify/bloom.ts'
import { bytesOf } from '../verify/bytes.ts'
import { falseReceipts } from '../verify/falseReceipts.ts'
import type { Header } from '../verify/header.ts'
import type { Receipt } from '../verify/receipt.ts'
import { receiptsInTrie } from '../verify/receiptsInTrie.ts'
import type { Verification } from '../verify/verification.ts'
import { whenThere } from './whenThere.ts'

/** Blocks, and all logs of our contracts in them. */
export interface Logged {
  readonly kind: 'logged'
  readonly blocks: readonly Header[]
  readonly logs: readonly ChainLog[]
}

/** The most gas of the receipts in memory at once. It pays for at most 19 MB of logged data. */
const GAS_A_STRETCH = 150_000_000n

/**
 * Blocks whose receipts or logs fit in memory together, and those of them whose logs may concern
 * followed contracts.
 */
export interface Portion {
  readonly blocks: readonly Header[]
  readonly needed: readonly Header[]
}

/**
 * Splits blocks into portions that fit in memory. Receipts are needed only of blocks whose bloom
 * filter does not exclude the followed contracts. Where headers are not verified, the filter sizes
 * the portions and decides nothing else.
 */
export function portionsOf(followed: Followed, headers: readonly Header[]): readonly Portion[] {
  const bits = followed.contracts.map(bitsOf)
  const portions: { readonly blocks: Header[]; readonly needed: Header[] }[] = []
  let gas = GAS_A_STRETCH
  for (const header of headers) {
    const bloom = bytesOf(header.logsBloom)
    const isNeeded = bits.some((ours) => mayHold(bloom, ours))
    if (isNeeded) gas += header.gasUsed
    if (gas >= GAS_A_STRETCH || portions.length === 0) {
      portions.push({ blocks: [], needed: [] })
      gas = isNeeded ? header.gasUsed : 0n
    }
    const portion = portions.at(-1)
    portion?.blocks.push(header)
    if (isNeeded) portion?.needed.push(header)
  }
  return portions
}

/** The logs by receipts that hash to the headers' receiptsRoot. */
export async function logsOfReceipts(
  node: Node,
  followed: Followed,
  { blocks, needed }: Portion,
  meter?: Meter,
): Promise<Logged | Unsettled> {
  const proven = await provenLogs(node, followed, needed, meter)
  return proven.kind === 'unsettled' ? proven : { ...proven, blocks }
}

/**
 * The followed contracts' logs by `eth_getLogs`, checked against the bloom filters where headers
 * are verified.
 */
export async function unprovenLogs(
  node: Node,
  followed: Followed,
  headers: readonly Header[],
  verify: Verification,
  meter?: Meter,
): Promise<Logged | Unsettled> {
  const [first, last] = [headers[0] as Header, headers.at(-1) as Header]
  if (verify === 'bloom' && !mayHoldOurs(followed, headers)) return { kind: 'logged', blocks: headers, logs: [] }
  const logs = await node.logs(followed.contracts, first.number, last.number)
  const stray = strayLog(followed, headers, logs)
  if (stray !== undefined) return unsettled(mayPass(stray))
  if (verify === 'off') return { kind: 'logged', blocks: headers, logs }

  const given = Map.groupBy(logs, ({ block }) => block)
  const contracts = followed.contracts.map((contract) => ({ address: contract.address, bits: bitsOf(contract) }))
  const suspicious = headers.filter(({ number, logsBloom }) => {
    const bloom = bytesOf(logsBloom)
    const addresses = new Set(given.get(number)?.map(({ address }) => address))
    return contracts.some(({ address, bits }) => mayHold(bloom, bits) !== addresses.has(address))
  })
  const proven = await provenLogs(node, followed, suspicious, meter)
  if (proven.kind === 'unsettled') return proven
  const found = Map.groupBy(proven.logs, ({ block }) => block)
  for (const { number } of suspicious) {
    const facts = { block: number, logs: count(given.get(number)), logsInReceipts: count(found.get(number)) }
    if (facts.logs === facts.logsInReceipts) continue
    return unsettled(mayPass({ what: 'The logs of a block are not those of its receipts', facts }))
  }
  return { kind: 'logged', blocks: headers, logs }
}

async function provenLogs(
  node: Node,
  followed: Followed,
  headers: readonly Header[],
  meter: Meter | undefined,
): Promise<Logged | Unsettled> {
  const answers = await Promise.all(headers.map((header) => receiptsThere(node, header)))
  const logs: ChainLog[] = []
  for (const [i, header] of headers.entries()) {
    const answer = answers[i]
    if (answer === undefined) {
      throw new NotThereYet(node.name, 'the receipts of a block', { block: header.number })
    }
    const receipts = receiptsInTrie(header, answer)
    const begun = performance.now()
    const lie = falseReceipts(header, receipts)
    meter?.spent('verify', performance.now() - begun)
    if (lie !== undefined) return unsettled(isOfThisBlock(header, receipts) ? lie : mayPass(lie))
    for (const log of logsOf(followed, header, receipts)) logs.push(log)
  }
  return { kind: 'logged', blocks: headers, logs }
}

/** The receipts of a block, asked for again while there are none, or fewer than transactions. */
async function receiptsThere(node: Node, header: Header): Promise<readonly Receipt[] | undefined> {
  return await whenThere(
    node,
    () => node.receipts(header),
    (receipts) => receipts !== undefined && isOfThisBlock(header, receipts),
  )
}

/** Whether they are of the block at all, and as many as its transactions: else they may be too early. */
function isOfThisBlock({ hash, transactions }: Header, receipts: readonly Receipt[]): boolean {
  return receipts.length >= transactions.length && receipts.every(({ blockHash }) => blockHash === hash)
}

/**
 * Log indexes are counted here: the receipts' hashes cover the order of logs, and not the fields
 * that nodes add.
 */
function logsOf(followed: Followed, header: Header, receipts: readonly Receipt[]): readonly ChainLog[] {
  const { number: block, hash: blockHash } = header
  const ours: ChainLog[] = []
  let logIndex = 0
  for (const { transactionHash, logs } of receipts) {
    for (const { address, topics, data } of logs) {
      if (contractOf(followed, { address, topics }) !== undefined) {
        ours.push({ address, topics, data, block, blockHash, logIndex: BigInt(logIndex), transactionHash })
      }
      logIndex += 1
    }
  }
  return ours
}

/** Whether any of the blocks may hold logs of ours, by bloom filters that the block hashes commit to. */
function mayHoldOurs(followed: Followed, headers: readonly Header[]): boolean {
  const bits = followed.contracts.map(bitsOf)
  return headers.some(({ logsBloom }) => {
    const bloom = bytesOf(logsBloom)
    return bits.some((ours) => mayHold(bloom, ours))
  })
}

/** The bloom bits that an indexed log of the contract sets. */
function bitsOf({ address, topic }: FollowedContract): BloomBits {
  return topic === undefined ? bloomBits(address) : [...bloomBits(address), ...bloomBits(topic)]
}

function count(logs: readonly ChainLog[] | undefined): bigint {
  return BigInt(logs?.length ?? 0)
}

function strayLog(followed: Followed, blocks: readonly Header[], logs: readonly ChainLog[]): Contradiction | undefined {
  const hashes = new Map(blocks.map(({ number, hash }) => [number, hash]))
  let previous: ChainLog | undefined
  for (const log of logs) {
    const { address, block, blockHash, logIndex } = log
    if (contractOf(followed, log) === undefined) {
      return { what: 'A log is of a contract that was not requested', facts: { block, logIndex, address } }
    }
    if (hashes.get(block) !== blockHash) {
      return { what: 'A log names a block of another branch', facts: { block, logIndex, blockHash } }
    }
    if (previous?.block === block && previous.logIndex === logIndex) {
      return { what: 'A log came twice', facts: { block, logIndex } }
    }
    previous = log
  }
  return undefined
}
