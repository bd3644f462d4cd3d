import type { Block } from '../block.ts'
import type { ContractName } from '../events/contracts.ts'
import type { Journals } from '../events/journals.ts'
import type { Terms } from '../events/terms.ts'
import type { Finality } from './finality.ts'

/** Everything that storing the next block depends on. */
export interface Position {
  /** None before the first block. */
  readonly head: Block | undefined
  readonly journals: Journals
  readonly terms: Terms
  /** What is safe and final. A final block stays final. */
  readonly finality: Finality
  readonly cursors: Cursors
}

/**
 * Up to which block each contract's facts are stored: the head, or a lower block of a late
 * contract.
 */
export type Cursors = ReadonlyMap<ContractName, bigint>
