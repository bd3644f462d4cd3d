import type { Address, Hex } from 'viem'
import type { StorageProof } from '../../sdk/storageProof.ts'
import { type Chain, chainOf } from '../chains.ts'
import type { ChainLog } from '../events/contracts.ts'
import { bloomOfLogs, NO_BLOOM } from '../verify/bloom.ts'
import type { Header } from '../verify/header.ts'
import type { Receipt, ReceiptLog } from '../verify/receipt.ts'
import { transactionsInTrie } from '../verify/receiptsInTrie.ts'

// Nodes' answers are parsed once, here at the edge: a malformed answer throws, and types are
// trusted inside. Written by hand since a schema library takes ten times as long for a log;
// test/chain/node/answers.test.ts compares it with such a schema.
//
// Everything is given on in lower case: hashing ignores case, but comparisons of addresses and
// hashes do not. What some nodes write as null, as "0x" or in capitals, others leave out or write
// plainly: all of it is taken, and hashes decide whether it was meant so.

/** An answer, or a part of it, is malformed. */
export class WrongForm extends Error {
  readonly at: string
  readonly problem: string

  constructor(at: string, problem: string) {
    super(`${at} ${problem}`)
    this.at = at
    this.problem = problem
  }
}

type RawObject = Readonly<Record<string, unknown>>

/** Lengths with the 0x before them. */
const ADDRESS_LENGTH = 42
const HASH_LENGTH = 66
const BLOOM_LENGTH = 514
/** Some nodes write the types of other chains in capitals. */
const TYPE = /^0[xX]0*[0-9a-fA-F]{1,2}$/
const CAPITALS = /^0[xX][0-9a-fA-F]*$/

export function hexOf(raw: unknown, at = ''): Hex {
  return plainHex(raw) ?? wrongForm(at, 'is not hexadecimal')
}

export function hashOf(raw: unknown, at = ''): Hex {
  const hex = plainHex(raw)
  return hex?.length === HASH_LENGTH ? hex : wrongForm(at, 'is not a hash')
}

/** A slot's content: some nodes leave leading zeros out. */
export function wordOf(raw: unknown, at = ''): Hex {
  const hex = plainHex(raw)
  if (hex === undefined || hex.length > HASH_LENGTH) return wrongForm(at, 'is not a word of storage')
  return hex.length === HASH_LENGTH ? hex : `0x${hex.slice(2).padStart(HASH_LENGTH - 2, '0')}`
}

export function quantityOf(raw: unknown, at = ''): bigint {
  const hex = plainHex(raw)
  if (hex === undefined) return wrongForm(at, 'is not a quantity')
  return hex.length > 2 ? BigInt(hex) : 0n
}

/**
 * The other hashed fields are kept as the node gave them: if one is missing or malformed, the hash
 * is wrong.
 */
export function headerOf(answer: unknown, chain: Chain = anyChain): Header {
  const raw = objectOf(answer, 'block')
  const number = quantityOf(raw.number, 'number')
  const hash = hashOf(raw.hash, 'hash')
  const transactions = listOf(raw.transactions, 'transactions', transactionHashOf)
  return {
    chain,
    number,
    hash,
    parentHash: hashOf(raw.parentHash, 'parentHash'),
    timestamp: quantityOf(raw.timestamp, 'timestamp'),
    stateRoot: hashOf(raw.stateRoot, 'stateRoot'),
    receiptsRoot: hashOf(raw.receiptsRoot, 'receiptsRoot'),
    logsBloom: bloomOf(raw.logsBloom) ?? NO_BLOOM,
    gasUsed: quantityOf(raw.gasUsed, 'gasUsed'),
    transactions: transactionsInTrie(chain, { number, hash }, transactions),
    fields: raw,
  }
}

/** Caches before nodes may give whole transactions where only hashes were asked for. */
function transactionHashOf(raw: unknown, at: string): Hex {
  return hashOf(typeof raw === 'object' && raw !== null && 'hash' in raw ? raw.hash : raw, at)
}

/** For those that only look at blocks, whatever their chain. */
const anyChain = chainOf(31_337)

/** A block that the node may not have. */
export function headerOrNone(answer: unknown, chain?: Chain): Header | undefined {
  return answer === null ? undefined : headerOf(answer, chain)
}

export function logsOf(answer: unknown): readonly ChainLog[] {
  const raws = listOf(answer, 'logs', objectOf)
  // Some give those of a branch that was left beside those of the chain.
  const onChain = raws.filter(({ removed }) => removed !== true)
  return onChain.map((raw) => {
    return {
      address: addressOf(raw.address),
      topics: listOf(raw.topics, 'topics', hashOf),
      data: bytesOf(raw.data, 'data'),
      block: quantityOf(raw.blockNumber, 'blockNumber'),
      blockHash: hashOf(raw.blockHash, 'blockHash'),
      logIndex: quantityOf(raw.logIndex, 'logIndex'),
      transactionHash: hashOf(raw.transactionHash, 'transactionHash'),
    }
  })
}

/** None is another answer than that there are no logs. */
export function logsOrNone(answer: unknown): readonly ChainLog[] | undefined {
  return answer === null ? undefined : logsOf(answer)
}

export function receiptOf(answer: unknown): Receipt {
  const raw = objectOf(answer, 'receipt')
  const logs = listOf(raw.logs, 'logs', receiptLogOf)
  return {
    type: typeOf(raw.type),
    blockHash: hashOf(raw.blockHash, 'blockHash'),
    transactionHash: hashOf(raw.transactionHash, 'transactionHash'),
    status: optional(raw.status, 'status', quantityOf),
    root: optional(raw.root, 'root', hashOf),
    cumulativeGasUsed: quantityOf(raw.cumulativeGasUsed, 'cumulativeGasUsed'),
    logsBloom: bloomOf(raw.logsBloom) ?? bloomOfLogs(logs),
    logs,
    depositNonce: optional(raw.depositNonce, 'depositNonce', quantityOf),
    depositReceiptVersion: optional(raw.depositReceiptVersion, 'depositReceiptVersion', quantityOf),
    baseFee: optional(raw.baseFee, 'baseFee', quantityOf),
  }
}

export function receiptOrNone(answer: unknown): Receipt | undefined {
  return answer === null ? undefined : receiptOf(answer)
}

/** The receipts of a block that the node may not have. */
export function receiptsOrNone(answer: unknown): readonly Receipt[] | undefined {
  return answer === null ? undefined : listOf(answer, 'receipts', receiptOf)
}

export function storageProofOf(answer: unknown): StorageProof {
  const raw = objectOf(answer, 'proof')
  return {
    accountProof: listOf(raw.accountProof, 'accountProof', bytesOf),
    storageHash: hashOf(raw.storageHash, 'storageHash'),
    storageProof: listOf(raw.storageProof, 'storageProof', (one) => {
      const slot = objectOf(one, 'storageProof')
      return { value: quantityOf(slot.value, 'value'), proof: listOf(slot.proof, 'proof', bytesOf) }
    }),
  }
}

function receiptLogOf(one: unknown): ReceiptLog {
  const raw = objectOf(one, 'log')
  return {
    address: addressOf(raw.address),
    topics: listOf(raw.topics, 'topics', hashOf),
    data: bytesOf(raw.data, 'data'),
  }
}

const isDigit = Uint8Array.from({ length: 128 }, (_, code) => (/[0-9a-f]/.test(String.fromCharCode(code)) ? 1 : 0))

/** Takes a third of the time of a regular expression. Codes beyond the table are not digits. */
function isHex(raw: unknown): raw is Hex {
  if (typeof raw !== 'string' || raw.charCodeAt(0) !== 48 || raw.charCodeAt(1) !== 120) return false
  for (let i = 2; i < raw.length; i++) if (isDigit[raw.charCodeAt(i)] !== 1) return false
  return true
}

/** The string in lower case, if it is hexadecimal. */
function plainHex(raw: unknown): Hex | undefined {
  if (isHex(raw)) return raw
  return typeof raw === 'string' && CAPITALS.test(raw) ? (raw.toLowerCase() as Hex) : undefined
}

function isAbsent(raw: unknown): boolean {
  return raw === undefined || raw === null || raw === '0x' || raw === '0X'
}

function wrongForm(at: string, problem: string): never {
  throw new WrongForm(at, problem)
}

function objectOf(raw: unknown, at: string): RawObject {
  if (typeof raw === 'object' && raw !== null && !Array.isArray(raw)) return raw as RawObject
  return wrongForm(at, 'is not an object')
}

function listOf<T>(raw: unknown, at: string, itemOf: (item: unknown, at: string) => T): readonly T[] {
  if (raw === null) return []
  if (!Array.isArray(raw)) return wrongForm(at, 'is not a list')
  return raw.map((item) => itemOf(item, at))
}

function optional<T>(raw: unknown, at: string, parse: (raw: unknown, at: string) => T): T | undefined {
  return isAbsent(raw) ? undefined : parse(raw, at)
}

function addressOf(raw: unknown): Address {
  const hex = plainHex(raw)
  return hex?.length === ADDRESS_LENGTH ? hex : wrongForm('address', 'is not an address')
}

function bytesOf(raw: unknown, at: string): Hex {
  if (raw === null) return '0x'
  const hex = plainHex(raw)
  // Hashing would drop half a byte at the end, and decoding would read it.
  return hex !== undefined && hex.length % 2 === 0 ? hex : wrongForm(at, 'is not bytes')
}

/** Undefined where a node leaves it out. */
function bloomOf(raw: unknown): Hex | undefined {
  if (isAbsent(raw)) return undefined
  const hex = plainHex(raw)
  if (hex === undefined || hex.length > BLOOM_LENGTH) return wrongForm('logsBloom', 'is not a bloom')
  return hex.length === BLOOM_LENGTH ? hex : `0x${hex.slice(2).padStart(BLOOM_LENGTH - 2, '0')}`
}

function typeOf(raw: unknown): number {
  if (isAbsent(raw)) return 0
  if (typeof raw === 'string' && TYPE.test(raw)) return Number(raw)
  return wrongForm('type', 'is not a type of receipt')
}
