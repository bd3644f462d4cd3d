import type { Address, Hex } from 'viem'
import type { StorageProof } from '../../sdk/storageProof.ts'
import type { ChainLog } from '../events/contracts.ts'
import type { Header } from '../verify/header.ts'
import type { Receipt, ReceiptLog } from '../verify/receipt.ts'

// Nodes' answers are parsed once, here at the edge: a malformed answer throws, and types are trusted inside. Written by hand
// since a schema library takes ten times as long for a log; test/chain/node/answers.test.ts compares it with such a schema.
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

type Told = Readonly<Record<string, unknown>>

/** Lengths with the 0x before them. */
const ADDRESS_LENGTH = 42
const HASH_LENGTH = 66
const BLOOM_LENGTH = 514
// Some nodes write the types of other chains in capitals.
const TYPE = /^0x[0-9a-fA-F]{1,2}$/

export function hexOf(told: unknown, at = ''): Hex {
  if (isHex(told)) return told
  throw new WrongForm(at, 'is not hexadecimal')
}

export function hashOf(told: unknown, at = ''): Hex {
  if (isHex(told) && told.length === HASH_LENGTH) return told
  throw new WrongForm(at, 'is not a hash')
}

export function quantityOf(told: unknown, at = ''): bigint {
  if (isHex(told) && told.length > 2) return BigInt(told)
  throw new WrongForm(at, 'is not a quantity')
}

/** The other hashed fields are kept as the node gave them: if one is missing or malformed, the hash is wrong. */
export function headerOf(answer: unknown): Header {
  const told = objectOf(answer, 'block')
  return {
    number: quantityOf(told.number, 'number'),
    hash: hashOf(told.hash, 'hash'),
    parentHash: hashOf(told.parentHash, 'parentHash'),
    timestamp: quantityOf(told.timestamp, 'timestamp'),
    stateRoot: hashOf(told.stateRoot, 'stateRoot'),
    receiptsRoot: hashOf(told.receiptsRoot, 'receiptsRoot'),
    logsBloom: bloomOf(told.logsBloom),
    gasUsed: quantityOf(told.gasUsed, 'gasUsed'),
    transactions: listOf(told.transactions, 'transactions', hashOf),
    told,
  }
}

/** A block that the node may not have. */
export function headerOrNone(answer: unknown): Header | undefined {
  return answer === null ? undefined : headerOf(answer)
}

export function logsOf(answer: unknown): readonly ChainLog[] {
  return listOf(answer, 'logs', (one) => {
    const told = objectOf(one, 'log')
    return {
      address: addressOf(told.address),
      topics: listOf(told.topics, 'topics', hashOf),
      data: bytesOf(told.data, 'data'),
      block: quantityOf(told.blockNumber, 'blockNumber'),
      blockHash: hashOf(told.blockHash, 'blockHash'),
      logIndex: quantityOf(told.logIndex, 'logIndex'),
      transactionHash: hashOf(told.transactionHash, 'transactionHash'),
    }
  })
}

export function receiptOf(answer: unknown): Receipt {
  const told = objectOf(answer, 'receipt')
  return {
    type: typeOf(told.type),
    blockHash: hashOf(told.blockHash, 'blockHash'),
    transactionHash: hashOf(told.transactionHash, 'transactionHash'),
    status: optional(told.status, 'status', quantityOf),
    root: optional(told.root, 'root', hashOf),
    cumulativeGasUsed: quantityOf(told.cumulativeGasUsed, 'cumulativeGasUsed'),
    logsBloom: bloomOf(told.logsBloom),
    logs: listOf(told.logs, 'logs', receiptLogOf),
    depositNonce: optional(told.depositNonce, 'depositNonce', quantityOf),
    depositReceiptVersion: optional(told.depositReceiptVersion, 'depositReceiptVersion', quantityOf),
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
  const told = objectOf(answer, 'proof')
  return {
    accountProof: listOf(told.accountProof, 'accountProof', bytesOf),
    storageHash: hashOf(told.storageHash, 'storageHash'),
    storageProof: listOf(told.storageProof, 'storageProof', (one) => {
      const slot = objectOf(one, 'storageProof')
      return { value: quantityOf(slot.value, 'value'), proof: listOf(slot.proof, 'proof', bytesOf) }
    }),
  }
}

function receiptLogOf(one: unknown): ReceiptLog {
  const told = objectOf(one, 'log')
  return {
    address: addressOf(told.address),
    topics: listOf(told.topics, 'topics', hashOf),
    data: bytesOf(told.data, 'data'),
  }
}

const isDigit = Uint8Array.from({ length: 128 }, (_, code) => (/[0-9a-f]/.test(String.fromCharCode(code)) ? 1 : 0))

/** Takes a third of the time of a regular expression. Codes beyond the table are not digits. */
function isHex(told: unknown): told is Hex {
  if (typeof told !== 'string' || told.charCodeAt(0) !== 48 || told.charCodeAt(1) !== 120) return false
  for (let i = 2; i < told.length; i++) if (isDigit[told.charCodeAt(i)] !== 1) return false
  return true
}

function objectOf(told: unknown, at: string): Told {
  if (typeof told === 'object' && told !== null && !Array.isArray(told)) return told as Told
  throw new WrongForm(at, 'is not an object')
}

function listOf<T>(told: unknown, at: string, itemOf: (item: unknown, at: string) => T): readonly T[] {
  if (!Array.isArray(told)) throw new WrongForm(at, 'is not a list')
  return told.map((item) => itemOf(item, at))
}

function optional<T>(told: unknown, at: string, parse: (told: unknown, at: string) => T): T | undefined {
  return told === undefined ? undefined : parse(told, at)
}

function addressOf(told: unknown): Address {
  if (isHex(told) && told.length === ADDRESS_LENGTH) return told
  throw new WrongForm('address', 'is not an address')
}

function bytesOf(told: unknown, at: string): Hex {
  // Hashing would drop half a byte at the end, and decoding would read it.
  if (isHex(told) && told.length % 2 === 0) return told
  throw new WrongForm(at, 'is not bytes')
}

function bloomOf(told: unknown): Hex {
  if (isHex(told) && told.length === BLOOM_LENGTH) return told
  throw new WrongForm('logsBloom', 'is not a bloom')
}

function typeOf(told: unknown): number {
  if (told === undefined) return 0
  if (typeof told === 'string' && TYPE.test(told)) return Number(told)
  throw new WrongForm('type', 'is not a type of receipt')
}
