/**
 * What rows of a planted kind earn, beside those of the median honest contributor.
 *
 *     ratio of a kind = mean earnings of its rows / median over honest contributors of their mean earnings a row
 *
 * Rules of a book pay contributions, whose rows all earn the same. A draw takes answers and honest contributors anew.
 */
import { drawCounts, drawIndices, quantile, type Resampling, resampler } from '../statistics/bootstrap.ts'
import type { ContributorKind } from '../train/tasks/split.ts'
import type { Cell, CertifiedRows } from './certificationSet.ts'
import { type ByRule, everyIndex } from './measures.ts'
import type { Outcome, RuleName } from './rules/outcome.ts'
import { once } from './worth.ts'

export type PlantedKind = Exclude<ContributorKind, 'honest'>

/** The most that such a row should earn: next to nothing if it adds nothing or does harm. */
export const MOST_EARNED: Readonly<Record<PlantedKind, number>> = {
  flipped: 0.05,
  noise: 0.1,
  outlier: 0.2,
  copied: 0.2,
}

export interface KindEarnings {
  readonly kind: PlantedKind
  readonly rows: number
  readonly rules: ByRule
}

export function measureEarnings(
  outcomes: readonly Outcome[],
  { cells }: Pick<CertifiedRows, 'cells'>,
  answers: number,
  { seed, replicates }: Resampling,
): readonly KindEarnings[] {
  const honest = honestCells(cells)
  const planted = (Object.keys(MOST_EARNED) as PlantedKind[]).flatMap((kind) => {
    const own = cells.flatMap((cell, i) => (cell.kind === kind ? [i] : []))
    const rows = own.reduce((sum, i) => sum + (cells[i] as Cell).rows, 0)
    return rows === 0 || honest.length === 0 ? [] : [{ kind, own, rows }]
  })
  /** (kinds) of one rule's pay. */
  const ratios = (paid: Float64Array, drawn: Uint32Array): readonly number[] => {
    const unit = quantile(Float64Array.from(drawn, (at) => perRow(paid, cells, honest[at] as number)).sort(), 0.5)
    return planted.map(({ own, rows }) => own.reduce((sum, i) => sum + (paid[i] as number), 0) / rows / unit)
  }
  const random = resampler(seed, 'earnings')
  const estimates = outcomes.map(({ pay }) => ratios(pay(once(answers)), everyIndex(honest.length)))
  const draws = Array.from({ length: replicates }, () => {
    const [counts, drawn] = [drawCounts(answers, random), drawIndices(honest.length, random)]
    return outcomes.map(({ pay }) => ratios(pay(counts), drawn))
  })
  return planted.map(({ kind, rows }, at) => ({
    kind,
    rows,
    rules: new Map(
      outcomes.map(({ name }, rule): [RuleName, { estimate: number; replicates: Float64Array }] => [
        name,
        {
          estimate: estimates[rule]?.[at] as number,
          replicates: Float64Array.from(draws, (draw) => draw[rule]?.[at] as number),
        },
      ]),
    ),
  }))
}

/** The cells of contributors all of whose rows are honest. */
function honestCells(cells: readonly Cell[]): readonly number[] {
  const planted = new Set(cells.filter(({ kind }) => kind !== 'honest').map(({ contributor }) => contributor))
  return cells.flatMap(({ contributor }, i) => (planted.has(contributor) ? [] : [i]))
}

function perRow(paid: Float64Array, cells: readonly Cell[], cell: number): number {
  return (paid[cell] as number) / (cells[cell] as Cell).rows
}
