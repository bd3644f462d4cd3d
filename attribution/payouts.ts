// Payouts over many answers: what rows earned, and what rows of a kind earned beside honest ones.
//
//   earnings_i = Σ over answers of weight_i / 65535                 every answer shares out one fee
//   ratio of a kind = mean earnings of its rows / median over honest contributors of their mean earnings a row
//
// For comparison, the rule most often published, which pays mislabelled rows for their length (DESIGN section 3):
//
//   raw positive influence    share_i = max(0, q · r_i) / Σ_j max(0, q · r_j)     floats, all rows, no unit rows, no top K

import { type CreditedRow, TOTAL_WEIGHT } from './attribution.ts'

/** Sums what attributions pay every row, in fees. */
export function rowEarnings(attributions: Iterable<readonly CreditedRow[]>, rowCount: number): Float64Array {
  const weights = new Float64Array(rowCount)
  for (const credited of attributions) {
    for (const { row, weight } of credited) weights[row] = (weights[row] as number) + weight
  }
  return weights.map((weight) => weight / TOTAL_WEIGHT)
}

/** Sums what raw positive influence would pay every row, in fees; one array of influences on all rows an answer. */
export function rawPositiveEarnings(influences: Iterable<Float64Array>, rowCount: number): Float64Array {
  const earnings = new Float64Array(rowCount)
  for (const influence of influences) {
    const total = influence.reduce((sum, x) => sum + Math.max(0, x), 0)
    if (total === 0) continue
    for (let i = 0; i < rowCount; i++)
      earnings[i] = (earnings[i] as number) + Math.max(0, influence[i] as number) / total
  }
  return earnings
}

/** What is known of a training row where rows were planted: who brought it, and what was done to it. */
export type PlantedRow<Kind extends string> = { readonly contributor: number; readonly kind: Kind | 'honest' }

export type KindEarnings<Kind extends string> = {
  readonly kind: Kind | 'honest'
  readonly rows: number
  /** Mean earnings of the kind's rows over what the median honest contributor earned a row. */
  readonly ratio: number
}

/** Earnings by kind, beside the median honest contributor: one all of whose rows are honest. */
export function earningsByKind<Kind extends string>(
  earnings: Float64Array,
  rows: readonly PlantedRow<Kind>[],
): readonly KindEarnings<Kind>[] {
  const meanOf = (indices: readonly number[]) =>
    indices.reduce((sum, i) => sum + (earnings[i] as number), 0) / indices.length

  const contributors = [...groupIndices(rows, ({ contributor }) => contributor).values()]
  const honest = contributors.filter((indices) => indices.every((i) => rows[i]?.kind === 'honest'))
  const unit = median(honest.map(meanOf))
  return [...groupIndices(rows, ({ kind }) => kind)].map(([kind, indices]) => ({
    kind,
    rows: indices.length,
    ratio: meanOf(indices) / unit,
  }))
}

function groupIndices<Row, Key>(rows: readonly Row[], keyOf: (row: Row) => Key): ReadonlyMap<Key, readonly number[]> {
  const groups = new Map<Key, number[]>()
  rows.forEach((row, i) => {
    const key = keyOf(row)
    const group = groups.get(key)
    if (group) group.push(i)
    else groups.set(key, [i])
  })
  return groups
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2
}
