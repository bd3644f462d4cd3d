// A block's hash is that of its header: Yellow Paper 4.4.3 and the forks up to Osaka.
//
//   hash = keccak256(rlp([parentHash, …, nonce, baseFeePerGas (London), withdrawalsRoot (Shanghai), blobGasUsed, excessBlobGas,
//                         parentBeaconBlockRoot (Cancun), requestsHash (Prague)]))
//
// The later fields are there from their fork on and missing before.

import { type Hex, toRlp } from 'viem'
import { keccak } from '../../../attribution/keccak.ts'
import type { Block } from '../../store/schema.ts'
import type { Contradiction } from '../step.ts'
import { bytesOf, scalarBytes } from './bytes.ts'
import type { Verification } from './verification.ts'

/** In the order in which they are hashed. */
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
  baseFeePerGas: 'scalar',
  withdrawalsRoot: 'bytes',
  blobGasUsed: 'scalar',
  excessBlobGas: 'scalar',
  parentBeaconBlockRoot: 'bytes',
  requestsHash: 'bytes',
} as const

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
  const unknown = Object.keys(lie.told).filter((name) => !(name in fields) && !besides.has(name))
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
  for (const [name, kind] of Object.entries(fields)) {
    const value = told[name]
    if (typeof value !== 'string') continue
    items.push(kind === 'scalar' ? scalarBytes(BigInt(value)) : bytesOf(value as Hex))
  }
  return keccak(toRlp(items, 'bytes'))
}
