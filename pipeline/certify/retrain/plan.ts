/** Which retrainings tell what contributors are worth: everyone together, everyone but one, and random halves. */
import { createRandom, shuffled } from '../../math/random.ts'
import type { Retraining } from './trainingInput.ts'

export interface WorthCounts {
  /** Training seeds of every leave-one-out worth; the run's own is the first. */
  readonly seeds: number
  readonly halves: number
  /** Training seeds of every half. */
  readonly halfSeeds: number
}

export const DEFAULT_WORTH_COUNTS: WorthCounts = { seeds: 5, halves: 60, halfSeeds: 3 }

export interface Plan {
  /** By seed. */
  readonly everyone: readonly Retraining[]
  /** By contributor, then by seed. */
  readonly leftOut: readonly (readonly Retraining[])[]
  readonly halves: readonly Half[]
}

export interface Half {
  /** Contributors who take part, ascending: half of all, rounded up. */
  readonly kept: readonly number[]
  /** By seed. */
  readonly retrainings: readonly Retraining[]
}

/** @param seed The run's own; halves are drawn from it too. */
export function planRetrainings(contributors: number, seed: number, counts: WorthCounts): Plan {
  const everybody = Array.from({ length: contributors }, (_, i) => i)
  const under = (without: readonly number[], seeds: number): readonly Retraining[] =>
    Array.from({ length: seeds }, (_, i) => ({ seed: seed + i, without }))
  return {
    everyone: under([], counts.seeds),
    leftOut: everybody.map((contributor) => under([contributor], counts.seeds)),
    halves: Array.from({ length: counts.halves }, (_, half) => {
      const order = shuffled(everybody, createRandom(seed, `half ${half}`))
      const kept = order.slice(0, Math.ceil(contributors / 2)).sort((a, b) => a - b)
      const without = order.slice(Math.ceil(contributors / 2)).sort((a, b) => a - b)
      return { kept, retrainings: under(without, counts.halfSeeds) }
    }),
  }
}
