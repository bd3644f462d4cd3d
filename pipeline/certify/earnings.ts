/**
 * What rows of a planted kind earn, beside those of the median honest contributor.
 *
 *     ratio of a kind = mean earnings of its rows / median over honest contributors of their mean earnings a row
 *
 * A draw takes answers and honest contributors anew.
 */

import { drawCounts, drawIndices, quantile, type Resampling, resampler } from '../statistics/bootstrap.ts'
import type { ContributorKind } from '../train/tasks/split.ts'
import type { Cell, ExamRows } from './exam.ts'
import type { ByRule } from './measures.ts'
import type { Outcome } from './rules/outcome.ts'

export type PlantedKind = Exclude<ContributorKind, 'honest'>

/** The most that such a row should earn: next to nothing if it adds nothing; what others do if it is odd but right. */
export const MOST_EARNED: Readonly<Record<PlantedKind, number>> = {
  flipped: 0.25,
  noise: 0.15,
  outlier: 1.1,
  copied: 0.25,
}

export interface KindEarnings {
  readonly kind: PlantedKind
  readonly rows: number
  readonly rules: ByRule
}

export function measureEarnings(
  outcomes: readonly Outcome[],
  { cells }: Pick<ExamRows, 'cells'>,
  answers: number,
  { seed, replicates }: Resampling,
): readonly KindEarnings[] {
  const honest = honestCells(cells)
  const everyAnswer = new Float64Array(answers).fill(1)
  const everyHonest = Uint32Array.from(honest, (_, i) => i)
  return (Object.keys(MOST_EARNED) as PlantedKind[]).flatMap((kind) => {
    const ofKind = cells.flatMap((cell, i) => (cell.kind === kind ? [i] : []))
    const rows = ofKind.reduce((sum, i) => sum + (cells[i] as Cell).rows, 0)
    if (rows === 0 || honest.length === 0) return []
    const ratio = (earned: Float64Array, drawn: Uint32Array): number => {
      const unit = quantile(Float64Array.from(drawn, (at) => perRow(earned, cells, honest[at] as number)).sort(), 0.5)
      return ofKind.reduce((sum, i) => sum + (earned[i] as number), 0) / rows / unit
    }
    const rules = outcomes.map(({ name, paid }) => {
      const random = resampler(seed, 'earnings')
      const earnedIn = (counts: Float64Array): Float64Array => totals(paid, cells.length, counts)
      const estimate = ratio(earnedIn(everyAnswer), everyHonest)
      const drawn = Float64Array.from({ length: replicates }, () =>
        ratio(earnedIn(drawCounts(answers, random)), drawIndices(honest.length, random)),
      )
      return [name, { estimate, replicates: drawn }] as const
    })
    return [{ kind, rows, rules: new Map(rules) }]
  })
}

/** The cells of contributors all of whose rows are honest. */
function honestCells(cells: readonly Cell[]): readonly number[] {
  const planted = new Set(cells.filter(({ kind }) => kind !== 'honest').map(({ contributor }) => contributor))
  return cells.flatMap(({ contributor }, i) => (planted.has(contributor) ? [] : [i]))
}

function totals(paid: Float64Array, cells: number, answerCounts: Float64Array): Float64Array {
  const sums = new Float64Array(cells)
  for (const [answer, times] of answerCounts.entries()) {
    if (times === 0) continue
    for (let cell = 0; cell < cells; cell++)
      sums[cell] = (sums[cell] as number) + times * (paid[answer * cells + cell] as number)
  }
  return sums
}

function perRow(earned: Float64Array, cells: readonly Cell[], cell: number): number {
  return (earned[cell] as number) / (cells[cell] as Cell).rows
}
