import { StopError } from '../../../sdk/errors.ts'
import type { Before } from './before.ts'

/** How far verifying has come, and what it has counted up to there. */
export interface Checkpoint {
  readonly next: bigint
  readonly from: Before
  readonly rows: number
  readonly differences: number
}

/** Where verifying can be taken up again after a reorg, the newest last: at its very beginning, and after the last stretches. */
export type Checkpoints = readonly [Checkpoint, ...Checkpoint[]]

/** A reorg that reaches deeper than so many blocks is gone after from the beginning. */
const DEPTH_KEPT = 64n

export function newest(checkpoints: Checkpoints): Checkpoint {
  return checkpoints.at(-1) ?? checkpoints[0]
}

export function furtherOn([beginning, ...later]: Checkpoints, standing: Checkpoint): Checkpoints {
  const kept = later.filter((_, i) => (later[i + 1] ?? standing).next + DEPTH_KEPT > standing.next)
  return [beginning, ...kept, standing]
}

/** One stretch back, since the chain has left what was proven. */
export function backOn([beginning, ...later]: Checkpoints): Checkpoints {
  if (later.length > 0) return [beginning, ...later.slice(0, -1)]
  throw new StopError(
    'The block below the first one to be verified is not the one that is stored',
    { block: beginning.next - 1n },
    'Give a lower --from, or none.',
  )
}
