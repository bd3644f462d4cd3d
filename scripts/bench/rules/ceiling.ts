import type { ExamRows } from '../../../pipeline/certify/exam.ts'
import { spearman } from '../../../pipeline/statistics/ranks.ts'
import { createRandom } from '../../../pipeline/train/math/random.ts'

/**
 * What rows of non-negative pay can reach at most: of all pay that never falls as a row's own influence rises, and is never below zero,
 * the one that follows the contributors' worth best. It is fitted to the very worth that it is judged by, so it flatters.
 *
 *     pay_i = Σ_{b ≤ bin(influence_i)} step_b,   step_b ≥ 0,   in 20 bins of equally many rows
 */
const BINS = 20
const TRIES = 4000
const SEED = 1

export function bestNonNegative(influence: Float64Array, rows: ExamRows, worth: Float64Array): Float64Array {
  const { contributors, contributorOf } = rows
  const order = Uint32Array.from(influence, (_, row) => row).sort(
    (a, b) => (influence[a] as number) - (influence[b] as number),
  )
  const binOf = new Uint8Array(influence.length)
  for (const [rank, row] of order.entries()) binOf[row] = Math.floor((rank * BINS) / order.length)
  const counts = Array.from({ length: BINS }, () => new Float64Array(contributors))
  for (const [row, bin] of binOf.entries()) {
    const own = counts[bin] as Float64Array
    const contributor = contributorOf[row] as number
    own[contributor] = (own[contributor] as number) + 1
  }
  const follows = (steps: Float64Array): number => {
    const pay = levels(steps)
    return spearman(
      Float64Array.from({ length: contributors }, (_, c) =>
        counts.reduce((sum, own, bin) => sum + (pay[bin] as number) * (own[c] as number), 0),
      ),
      worth,
    )
  }

  const random = createRandom(SEED, 'steps')
  let best = Float64Array.of(1, ...new Float64Array(BINS - 1))
  let most = follows(best)
  for (let i = 0; i < TRIES; i++) {
    const steps = best.slice()
    const bin = random.below(BINS)
    steps[bin] = random.uniform() < 0.3 ? 0 : Math.max(0, (steps[bin] as number) + (random.uniform() - 0.4) / 2)
    const reached = follows(steps)
    if (reached > most) [best, most] = [steps, reached]
  }
  const pay = levels(best)
  return Float64Array.from(binOf, (bin) => pay[bin] as number)
}

function levels(steps: Float64Array): Float64Array {
  let level = 0
  return steps.map((step) => (level += step))
}
