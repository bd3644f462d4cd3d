/**
 * How well scores foretell retrainings.
 *
 *     LDS   mean over tests of   Spearman over halves H of   Σ_{r ∈ H} score_r   and the margin trained on H   (Park et al. 2023)
 *     LOO   mean over tests of   Spearman over left-out rows r of   score_r   and what r does to the margin
 *
 * Scores (tests × rows) → a mean and its 95 % interval, by resampling tests.
 */
import { drawIndices, type Interval, intervalOf, resampler } from '../../pipeline/statistics/bootstrap.ts'
import { spearman } from '../../pipeline/statistics/ranks.ts'
import type { LeftOut, Retrained } from './truth.ts'

const REPLICATES = 500

export function datamodelingScore(scores: Float64Array, rows: number, halves: readonly Retrained[]): Interval {
  const tests = scores.length / rows
  return meanOf(
    Float64Array.from({ length: tests }, (_, test) => {
      const own = scores.subarray(test * rows, (test + 1) * rows)
      const foretold = Float64Array.from(halves, (half) => {
        let sum = 0
        for (const row of half.rows) sum += own[row] as number
        return sum
      })
      return spearman(
        foretold,
        Float64Array.from(halves, ({ margins }) => margins[test] as number),
      )
    }),
  )
}

export function leaveOneOutScore(scores: Float64Array, rows: number, { rows: left, effects }: LeftOut): Interval {
  const tests = scores.length / rows
  return meanOf(
    Float64Array.from({ length: tests }, (_, test) =>
      spearman(
        Float64Array.from(left, (row) => scores[test * rows + row] as number),
        Float64Array.from(effects, (effect) => effect[test] as number),
      ),
    ),
  )
}

function meanOf(values: Float64Array): Interval {
  const random = resampler(1, 'tests')
  const mean = (of: Iterable<number>) => {
    let sum = 0
    for (const i of of) sum += values[i] as number
    return sum / values.length
  }
  const replicates = Float64Array.from({ length: REPLICATES }, () => mean(drawIndices(values.length, random)))
  return intervalOf({ estimate: mean(values.keys()), replicates }, [-1, 1])
}
