/**
 * Which rows get no leaf in the influence index, and so earn nothing. The first entrance is the one the ledger has; the others are
 * measured beside it: what was paid before the gym, and thresholds to either side.
 */
import { findDuplicatesFast } from '../../attribution/fast/duplicates.ts'
import type { Products } from './products.ts'

export interface IndexRow {
  readonly row: number
  readonly contribution: string
  readonly codes: Int8Array
  /** Whether it pulls at the model too hard to be credited (attribution/selfInfluence.ts). */
  readonly isFlagged: boolean
}

export interface Entrance {
  readonly name: string
  readonly title: string
  /** @param rows In the order of acceptance, numbered from 0. */
  readonly keptOut: (rows: readonly IndexRow[], products: Products) => ReadonlySet<number>
}

export const AS_PAID: Entrance = {
  name: 'as paid',
  title: 'As paid',
  keptOut: (rows) => withFlagged(rows, (creditable) => findDuplicatesFast(creditable).keys()),
}

/** Where a near-copy is looked for: in all earlier rows, or in those of other contributions. */
type Scope = 'anywhere' | 'across contributions'

function joined(percent: number, scope: Scope): Entrance {
  return {
    name: `${scope} ${percent}`,
    title: `Copies ${scope}, from ${(percent / 100).toFixed(2)}`,
    keptOut: (rows, products) => withFlagged(rows, (creditable) => repeatsIn(creditable, products, percent, scope)),
  }
}

/** What is measured, the ledger's own entrance first. */
export const ENTRANCES: readonly Entrance[] = [
  AS_PAID,
  joined(80, 'across contributions'),
  joined(80, 'anywhere'),
  joined(60, 'anywhere'),
]

/** The flagged rows, and those that `others` finds among the rest. */
function withFlagged(
  rows: readonly IndexRow[],
  others: (creditable: readonly IndexRow[]) => Iterable<number>,
): ReadonlySet<number> {
  const flagged = rows.filter(({ isFlagged }) => isFlagged).map(({ row }) => row)
  return new Set([...flagged, ...others(rows.filter(({ isFlagged }) => !isFlagged))])
}

/** Rows that resemble an earlier kept one within the scope. */
function repeatsIn(rows: readonly IndexRow[], products: Products, percent: number, scope: Scope): readonly number[] {
  const kept: IndexRow[] = []
  const repeats: number[] = []
  for (const row of rows) {
    const isRepeat = kept.some(
      (earlier) =>
        (scope === 'anywhere' || earlier.contribution !== row.contribution) &&
        isAlike(products, earlier.row, row.row, percent),
    )
    if (isRepeat) repeats.push(row.row)
    else kept.push(row)
  }
  return repeats
}

/** Whether two rows' cosine is at least so many hundredths, in integers as `attribution/duplicates.ts` has it. */
function isAlike(products: Products, i: number, j: number, percent: number): boolean {
  const product = products(i, j)
  return product > 0 && product * product * 100 ** 2 >= percent ** 2 * products(i, i) * products(j, j)
}
