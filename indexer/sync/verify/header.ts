// A block's hash is that of its header: Yellow Paper 4.4.3 and the forks up to Osaka.
//
//   hash = keccak256(rlp([parentHash, …, nonce, baseFeePerGas (London), withdrawalsRoot (Shanghai), blobGasUsed, excessBlobGas,
//                         parentBeaconBlockRoot (Cancun), requestsHash (Prague)]))
//
// The later fields are there from their fork on and missing before. The first fifteen are in every header: were one of them left
// out, its value and those after it could be told each under the name after its own, up to a field that its fork has not.

import { type Hex, toRlp } from 'viem'
import { keccak } from '../../../attribution/keccak.ts'
import type { Block } from '../../store/schema.ts'
import type { Contradiction } from '../step.ts'
import { bytesOf, scalarBytes } from './bytes.ts'
import type { Verification } from './verification.ts'

/** In the order in which they are hashed, in every header. */
const fields = {
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
} as const

/** The same, of those that forks have added; we use none of them. */
const laterFields = {
  baseFeePerGas: 'scalar',
  withdrawalsRoot: 'bytes',
  blobGasUsed: 'scalar',
  excessBlobGas: 'scalar',
  parentBeaconBlockRoot: 'bytes',
  requestsHash: 'bytes',
} as const

const NUMBER = /^0x[0-9a-fA-F]+$/

/** What nodes tell beside the header, and what no hash covers. */
const besides = new Set(['hash', 'size', 'totalDifficulty', 'uncles', 'transactions', 'withdrawals'])

/** A block as a node describes it, with all that its hash is made of. */
export interface Header extends Block {
  readonly receiptsRoot: Hex
  /** 256 bytes. */
  readonly logsBloom: Hex
  readonly gasUsed: bigint
  /** Hashes, in order. No header commits to them as such. */
  readonly transactions: readonly Hex[]
  /** Everything the node told, by its own names. */
  readonly told: Readonly<Record<string, unknown>>
}

/** Names the first header that does not hash to its block's hash, as far as that is to be verified. */
export function checkHeaders(verify: Verification, headers: readonly Header[]): Contradiction | undefined {
  if (verify === 'off') return undefined
  const lie = headers.find((header) => headerHash(header) !== header.hash)
  if (lie === undefined) return undefined
  const unknown = Object.keys(lie.told).filter(
    (name) => !(name in fields) && !(name in laterFields) && !besides.has(name),
  )
  return {
    what: 'The header of a block does not hash to its hash',
    facts: {
      block: lie.number,
      hash: lie.hash,
      hashOfHeader: headerHash(lie),
      // Either a chain that hashes headers in its own way, or a fork newer than this indexer.
      ...(unknown.length > 0 && { fieldsUnknownToThisIndexer: unknown.join(', ') }),
    },
  }
}

export function headerHash({ told }: Header): Hex {
  const items: Uint8Array[] = []
  for (const [name, kind] of Object.entries({ ...fields, ...laterFields })) {
    const value = told[name]
    const isTold = typeof value === 'string' && (kind === 'bytes' || NUMBER.test(value))
    if (isTold) items.push(kind === 'scalar' ? scalarBytes(BigInt(value)) : bytesOf(value as Hex))
    else if (name in fields) break
  }
  return keccak(toRlp(items, 'bytes'))
}
