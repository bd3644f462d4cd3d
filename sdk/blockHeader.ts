// A block's hash is that of its header: Yellow Paper 4.4.3 and the forks up to Amsterdam.
//
//   hash = keccak256(rlp([parentHash, …, nonce, baseFeePerGas (London), withdrawalsRoot (Shanghai), blobGasUsed, excessBlobGas,
//                         parentBeaconBlockRoot (Cancun), requestsHash (Prague), blockAccessListHash, slotNumber (Amsterdam)]))
//
// The later fields are there from their fork on and missing before. The first fifteen are in every header: were one of them left
// out, its value and those after it could be told each under the name after its own, up to a field that its fork has not.

import type { Hex } from 'viem'
import { keccak } from '../attribution/keccak.ts'
import { StopError } from './errors.ts'
import { createRlpWriter } from './rlp.ts'

/** A block as `eth_getBlockByHash` or `eth_getBlockByNumber` tells it, by the names of JSON-RPC. */
export type ToldBlock = Readonly<Record<string, unknown>>

/** What a block's hash commits to, of what proofs begin with. */
export interface TrustedBlock {
  readonly hash: Hex
  readonly parentHash: Hex
  readonly number: bigint
  readonly timestamp: bigint
  readonly stateRoot: Hex
  readonly receiptsRoot: Hex
}

/** A header is not that of the block it is said to be of. */
export class FalseHeader extends StopError {}

type Kind = 'bytes' | 'scalar'

/** In the order in which they are hashed, in every header. */
const fields: Readonly<Record<string, Kind>> = {
  parentHash: 'bytes',
  sha3Uncles: 'bytes',
  miner: 'bytes',
  stateRoot: 'bytes',
  transactionsRoot: 'bytes',
  receiptsRoot: 'bytes',
  logsBloom: 'bytes',
  difficulty: 'scalar',
  number: 'scalar',
  gasLimit: 'scalar',
  gasUsed: 'scalar',
  timestamp: 'scalar',
  extraData: 'bytes',
  mixHash: 'bytes',
  nonce: 'bytes',
}

/** The same, of those that forks have added. */
const laterFields: Readonly<Record<string, Kind>> = {
  baseFeePerGas: 'scalar',
  withdrawalsRoot: 'bytes',
  blobGasUsed: 'scalar',
  excessBlobGas: 'scalar',
  parentBeaconBlockRoot: 'bytes',
  requestsHash: 'bytes',
  // EIP-7928 and EIP-7843.
  blockAccessListHash: 'bytes',
  slotNumber: 'scalar',
}

/** What nodes tell beside the header, and what no hash covers. */
const besides = new Set(['hash', 'size', 'totalDifficulty', 'uncles', 'transactions', 'withdrawals'])

/** The names of the fields that forks have added, in their order. */
export const laterNames: readonly string[] = Object.keys(laterFields)

const hashed = Object.entries({ ...fields, ...laterFields })
const NUMBER = /^0x[0-9a-fA-F]+$/
const HASH = /^0x[0-9a-f]{64}$/
const NONE: Hex = '0x'

// Never used across an await, so no two headers can mix.
const writer = createRlpWriter()

/** What the header of a block hashes to, as it was told. */
export function headerHash(told: ToldBlock): Hex {
  // The first of the fifteen that is missing takes all after it along.
  const missing = hashed.findIndex(([name, kind]) => name in fields && !isTold(told[name], kind))
  writer.forget(0)
  for (let i = missing === -1 ? hashed.length - 1 : missing - 1; i >= 0; i--) {
    const [name, kind] = hashed[i] as [string, Kind]
    const value = told[name]
    if (!isTold(value, kind)) continue
    if (kind === 'scalar') writer.scalar(BigInt(value))
    else writer.string(value as Hex)
  }
  writer.closeList(0)
  return keccak(writer.since(0))
}

/** Names that may be fields of a fork to come: they are not hashed here. */
export function unknownFields(told: ToldBlock): readonly string[] {
  return Object.keys(told).filter((name) => !(name in fields) && !(name in laterFields) && !besides.has(name))
}

/** The header of the block whose hash is trusted, as any node tells it. Throws `FalseHeader` where it is another one. */
export function trustedBlock(trustedHash: Hex, told: ToldBlock): TrustedBlock {
  const hash = trustedHash.toLowerCase() as Hex
  const hashOfHeader = headerHash(told)
  if (hashOfHeader !== hash) {
    const unknown = unknownFields(told)
    throw new FalseHeader(
      'This is not the header of the block that is trusted',
      { hash, hashOfHeader, ...(unknown.length > 0 && { fieldsUnknownHere: unknown.join(', ') }) },
      'Ask another node for the block of that hash.',
    )
  }
  return {
    hash,
    parentHash: hashIn(told, 'parentHash'),
    number: BigInt(told.number as Hex),
    timestamp: BigInt(told.timestamp as Hex),
    stateRoot: hashIn(told, 'stateRoot'),
    receiptsRoot: hashIn(told, 'receiptsRoot'),
  }
}

/** What is hashed alike may still be written in another way. */
function hashIn(told: ToldBlock, name: string): Hex {
  const value = typeof told[name] === 'string' ? told[name].toLowerCase() : NONE
  if (HASH.test(value)) return value as Hex
  throw new FalseHeader(`The ${name} of a header is not written as a hash`, { told: value }, 'Ask another node.')
}

function isTold(value: unknown, kind: Kind): value is string {
  return typeof value === 'string' && (kind === 'bytes' || NUMBER.test(value))
}
