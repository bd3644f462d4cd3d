/**
 * How far a measurement that was repeated agrees with itself.
 *
 *     r̄  mean rank correlation of two repetitions         reliability of the mean of k = k r̄ / (1 + (k − 1) r̄)
 *
 * Spearman (1910) and Brown (1910). No quantity can be expected to correlate with the mean beyond √reliability.
 */
import { spearman } from './ranks.ts'

/** The mean rank correlation of two different repetitions; NaN of fewer than two. */
export function agreement(repetitions: readonly Float64Array[]): number {
  let sum = 0
  let pairs = 0
  for (const [i, a] of repetitions.entries())
    for (const b of repetitions.slice(i + 1)) {
      sum += spearman(a, b)
      pairs++
    }
  return sum / pairs
}

/** The reliability of the mean of `count` repetitions, of which two agree so far; 0 where they disagree. */
export function spearmanBrown(agreed: number, count: number): number {
  return agreed > 0 ? (count * agreed) / (1 + (count - 1) * agreed) : Number.isNaN(agreed) ? Number.NaN : 0
}
