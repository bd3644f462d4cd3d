import { StopError } from '../../../sdk/errors.ts'
import type { PriorState } from './priorState.ts'

/** The next block to verify, the state before it, and the counts so far. */
export interface Checkpoint {
  readonly next: bigint
  readonly from: PriorState
  readonly rows: number
  readonly differences: number
}

/**
 * The points from which verification can resume after a reorg: its start, and the ends of the last
 * stretches.
 */
export type Checkpoints = readonly [Checkpoint, ...Checkpoint[]]

/** A deeper reorg restarts verification from the beginning. */
const DEPTH_KEPT = 64n

export function newest(checkpoints: Checkpoints): Checkpoint {
  return checkpoints.at(-1) ?? checkpoints[0]
}

export function withCheckpoint([beginning, ...later]: Checkpoints, checkpoint: Checkpoint): Checkpoints {
  const kept = later.filter((_, i) => (later[i + 1] ?? checkpoint).next + DEPTH_KEPT > checkpoint.next)
  return [beginning, ...kept, checkpoint]
}

/** One stretch back, after a reorg of the last one. */
export function withoutNewest([beginning, ...later]: Checkpoints): Checkpoints {
  if (later.length > 0) return [beginning, ...later.slice(0, -1)]
  throw new StopError(
    'The block below the first one to verify is not the stored one',
    { block: beginning.next - 1n },
    'Give a lower --from, or none.',
  )
}
