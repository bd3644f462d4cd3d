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
  /** What is known to be safe and final: what was final once stays so. */
  readonly finality: Finality
  readonly cursors: Cursors
}

/**
 * Up to which block each contract's facts are stored. Contracts that have always been followed stand at the head; one that was
 * added later, or left out for a while, stands below until it is caught up.
 */
export type Cursors = ReadonlyMap<ContractName, bigint>
