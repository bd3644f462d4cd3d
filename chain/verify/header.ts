import type { Hex } from 'viem'
import { headerHash, unknownFields } from '../../sdk/blockHeader.ts'
import type { Block } from '../block.ts'
import type { Contradiction } from '../contradiction.ts'
import type { Verification } from './verification.ts'

/** A block with all fields of its hash. */
export interface Header extends Block {
  readonly stateRoot: Hex
  readonly receiptsRoot: Hex
  /** 256 bytes. */
  readonly logsBloom: Hex
  readonly gasUsed: bigint
  /** Hashes, in order. No header commits to them as such. */
  readonly transactions: readonly Hex[]
  /** All fields as the node gave them, for hashing. */
  readonly fields: Readonly<Record<string, unknown>>
}

/** The first header that does not hash to its block's hash, unless verification is off. */
export function checkHeaders(verify: Verification, headers: readonly Header[]): Contradiction | undefined {
  if (verify === 'off') return undefined
  for (const { number, hash, fields } of headers) {
    const hashOfHeader = headerHash(fields)
    if (hashOfHeader === hash) continue
    // Either a chain that hashes headers in its own way, or a fork newer than this indexer.
    const unknown = unknownFields(fields)
    const named = unknown.length > 0 && { fieldsUnknownToThisIndexer: unknown.join(', ') }
    return {
      what: 'The header of a block does not hash to its hash',
      facts: { block: number, hash, hashOfHeader, ...named },
    }
  }
  return undefined
}
