import type { Hex } from 'viem'
import { headerHash, unknownFields } from '../../sdk/blockHeader.ts'
import type { Block } from '../block.ts'
import type { Contradiction } from '../contradiction.ts'
import type { Verification } from './verification.ts'

/** A block as a node describes it, with all that its hash is made of. */
export interface Header extends Block {
  readonly stateRoot: Hex
  readonly receiptsRoot: Hex
  /** 256 bytes. */
  readonly logsBloom: Hex
  readonly gasUsed: bigint
  /** Hashes, in order. No header commits to them as such. */
  readonly transactions: readonly Hex[]
  /** Everything the node told, by its own names: what else is hashed, we use none of. */
  readonly told: Readonly<Record<string, unknown>>
}

/** Names the first header that does not hash to its block's hash, as far as that is to be verified. */
export function checkHeaders(verify: Verification, headers: readonly Header[]): Contradiction | undefined {
  if (verify === 'off') return undefined
  for (const { number, hash, told } of headers) {
    const hashOfHeader = headerHash(told)
    if (hashOfHeader === hash) continue
    // Either a chain that hashes headers in its own way, or a fork newer than this indexer.
    const unknown = unknownFields(told)
    const named = unknown.length > 0 && { fieldsUnknownToThisIndexer: unknown.join(', ') }
    return {
      what: 'The header of a block does not hash to its hash',
      facts: { block: number, hash, hashOfHeader, ...named },
    }
  }
  return undefined
}
