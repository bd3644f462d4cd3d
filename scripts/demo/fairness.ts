import type { Rows } from '../../attribution/matrix.ts'
import { earningsByKind, rawPositiveEarnings } from '../../attribution/payouts.ts'
import { mapGradient, type Sketcher } from '../../attribution/sketcher.ts'
import { innerProduct } from '../../attribution/vectors.ts'
import type { ContributorKind, Split } from '../../pipeline/train/tasks/split.ts'

/**
 * What rows that deserve little earned, beside a median honest row: by the ledger's rule (unit rows, top K, four bits) and
 * by the rule that is usual elsewhere, "pay every row its positive influence".
 */

export interface RelativePay {
  readonly kind: Exclude<ContributorKind, 'honest'>
  readonly rows: number
  /** Mean pay of such a row, over that of a row of the median honest contributor. */
  readonly paid: number
  readonly rawPositiveInfluence: number
  /** What it should earn at most. */
  readonly most: number
}

/** A row that adds nothing should earn next to nothing; an outlier with a right label may earn what others do. */
const MOST = { flipped: 0.25, noise: 0.15, outlier: 1.1, copied: 0.25 } as const

export function relativePay(split: Split, paidByRow: Float64Array, rawByRow: Float64Array): readonly RelativePay[] {
  const planted = split.contributors.flatMap(({ items }, contributor) =>
    items.map(({ kind }) => ({ contributor, kind })),
  )
  const paid = earningsByKind(paidByRow, planted)
  const raw = earningsByKind(rawByRow, planted)
  return (Object.keys(MOST) as (keyof typeof MOST)[]).map((kind) => {
    const ofKind = paid.find((earned) => earned.kind === kind)
    return {
      kind,
      rows: ofKind?.rows ?? 0,
      paid: ofKind?.ratio ?? 0,
      rawPositiveInfluence: raw.find((earned) => earned.kind === kind)?.ratio ?? 0,
      most: MOST[kind],
    }
  })
}

/**
 * Pay by raw positive influence: every query's fee in proportion to the positive inner products of its whitened gradient
 * with those of the rows, lengths and all. rows (n × w), queries (m × w) → (n).
 */
export function payByRawInfluence(
  sketcher: Sketcher,
  { n, width, values }: Rows,
  queries: readonly Float32Array[],
): Float64Array {
  const rows = Array.from({ length: n }, (_, i) =>
    mapGradient(sketcher, values.subarray(i * width, (i + 1) * width), -1),
  )
  const influences = queries.map((query) => {
    const mapped = mapGradient(sketcher, query, 1)
    return Float64Array.from(rows, (row) => innerProduct(row, mapped))
  })
  return rawPositiveEarnings(influences, n)
}
