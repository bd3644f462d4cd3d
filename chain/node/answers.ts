import type { Address, Hex } from 'viem'
import type { StorageProof } from '../../sdk/storageProof.ts'
import type { ChainLog } from '../events/contracts.ts'
import type { Header } from '../verify/header.ts'
import type { Receipt, ReceiptLog } from '../verify/receipt.ts'

// Nodes' answers are parsed once, here at the edge: a malformed answer throws, and types are
// trusted inside. Written by hand since a schema library takes ten times as long for a log;
// test/chain/node/answers.test.ts compares it with such a schema.
//
// Only lower case passes: hashing ignores case, but comparisons of addresses and hashes do not.

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
// Some nodes write the types of other chains in capitals.
const TYPE = /^0x[0-9a-fA-F]{1,2}$/

export function hexOf(raw: unknown, at = ''): Hex {
  if (isHex(raw)) return raw
  throw new WrongForm(at, 'is not hexadecimal')
}

export function hashOf(raw: unknown, at = ''): Hex {
  if (isHex(raw) && raw.length === HASH_LENGTH) return raw
  throw new WrongForm(at, 'is not a hash')
}

export function quantityOf(raw: unknown, at = ''): bigint {
  if (isHex(raw) && raw.length > 2) return BigInt(raw)
  throw new WrongForm(at, 'is not a quantity')
}

/**
 * The other hashed fields are kept as the node gave them: if one is missing or malformed, the hash
 * is wrong.
 */
export function headerOf(answer: unknown): Header {
  const raw = objectOf(answer, 'block')
  return {
    number: quantityOf(raw.number, 'number'),
    hash: hashOf(raw.hash, 'hash'),
    parentHash: hashOf(raw.parentHash, 'parentHash'),
    timestamp: quantityOf(raw.timestamp, 'timestamp'),
    stateRoot: hashOf(raw.stateRoot, 'stateRoot'),
    receiptsRoot: hashOf(raw.receiptsRoot, 'receiptsRoot'),
    logsBloom: bloomOf(raw.logsBloom),
    gasUsed: quantityOf(raw.gasUsed, 'gasUsed'),
    transactions: listOf(raw.transactions, 'transactions', hashOf),
    fields: raw,
  }
}

/** A block that the node may not have. */
export function headerOrNone(answer: unknown): Header | undefined {
  return answer === null ? undefined : headerOf(answer)
}

export function logsOf(answer: unknown): readonly ChainLog[] {
  return listOf(answer, 'logs', (one) => {
    const raw = objectOf(one, 'log')
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

export function receiptOf(answer: unknown): Receipt {
  const raw = objectOf(answer, 'receipt')
  return {
    type: typeOf(raw.type),
    blockHash: hashOf(raw.blockHash, 'blockHash'),
    transactionHash: hashOf(raw.transactionHash, 'transactionHash'),
    status: optional(raw.status, 'status', quantityOf),
    root: optional(raw.root, 'root', hashOf),
    cumulativeGasUsed: quantityOf(raw.cumulativeGasUsed, 'cumulativeGasUsed'),
    logsBloom: bloomOf(raw.logsBloom),
    logs: listOf(raw.logs, 'logs', receiptLogOf),
    depositNonce: optional(raw.depositNonce, 'depositNonce', quantityOf),
    depositReceiptVersion: optional(raw.depositReceiptVersion, 'depositReceiptVersion', quantityOf),
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

function objectOf(raw: unknown, at: string): RawObject {
  if (typeof raw === 'object' && raw !== null && !Array.isArray(raw)) return raw as RawObject
  throw new WrongForm(at, 'is not an object')
}

function listOf<T>(raw: unknown, at: string, itemOf: (item: unknown, at: string) => T): readonly T[] {
  if (!Array.isArray(raw)) throw new WrongForm(at, 'is not a list')
  return raw.map((item) => itemOf(item, at))
}

function optional<T>(raw: unknown, at: string, parse: (raw: unknown, at: string) => T): T | undefined {
  return raw === undefined ? undefined : parse(raw, at)
}

function addressOf(raw: unknown): Address {
  if (isHex(raw) && raw.length === ADDRESS_LENGTH) return raw
  throw new WrongForm('address', 'is not an address')
}

function bytesOf(raw: unknown, at: string): Hex {
  // Hashing would drop half a byte at the end, and decoding would read it.
  if (isHex(raw) && raw.length % 2 === 0) return raw
  throw new WrongForm(at, 'is not bytes')
}

function bloomOf(raw: unknown): Hex {
  if (isHex(raw) && raw.length === BLOOM_LENGTH) return raw
  throw new WrongForm('logsBloom', 'is not a bloom')
}

function typeOf(raw: unknown): number {
  if (raw === undefined) return 0
  if (typeof raw === 'string' && TYPE.test(raw)) return Number(raw)
  throw new WrongForm('type', 'is not a type of receipt')
}
