import { StopError } from '../../../sdk/errors.ts'
import type { Before } from './before.ts'

/** How far verifying has come, and what it has counted up to there. */
export interface Standing {
  readonly next: bigint
  readonly from: Before
  readonly rows: number
  readonly differences: number
}

/** Where verifying can be taken up again after a reorg, the newest last: at its very beginning, and after the last stretches. */
export type Trail = readonly [Standing, ...Standing[]]

/** A reorg that reaches deeper than so many blocks is gone after from the beginning. */
const DEPTH_KEPT = 64n

export function newest(trail: Trail): Standing {
  return trail.at(-1) ?? trail[0]
}

export function furtherOn([beginning, ...later]: Trail, standing: Standing): Trail {
  const kept = later.filter((_, i) => (later[i + 1] ?? standing).next + DEPTH_KEPT > standing.next)
  return [beginning, ...kept, standing]
}

/** One stretch back, since the chain has left what was proven. */
export function backOn([beginning, ...later]: Trail): Trail {
  if (later.length > 0) return [beginning, ...later.slice(0, -1)]
  throw new StopError(
    'The block below the first one to be verified is not the one that is stored',
    { block: beginning.next - 1n },
    'Give a lower --from, or none.',
  )
}
