import type { Rows } from '../../attribution/matrix.ts'
import type { Sketcher } from '../../attribution/sketcher.ts'
import type { ContributorKind, MailSplit } from '../../pipeline/train/mail/splitMail.ts'

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

const MOST = { flipped: 0.25, noise: 0.15, outlier: 1.1, copied: 1.05 } as const

export function relativePay(split: MailSplit, paidByRow: Float64Array, rawByRow: Float64Array): readonly RelativePay[] {
  const rows = split.contributors.flatMap(({ kind, items }, contributor) =>
    items.map((item) => ({ contributor, ofHonest: kind === 'honest', kind: item.kind })),
  )
  const relative = (pay: Float64Array, kind: ContributorKind): number => {
    const ofKind = rows.flatMap((row, i) => (row.kind === kind ? [pay[i] ?? 0] : []))
    const honest = split.contributors.flatMap(({ kind: whose }, contributor) => {
      if (whose !== 'honest') return []
      return [mean(rows.flatMap((row, i) => (row.contributor === contributor ? [pay[i] ?? 0] : [])))]
    })
    return mean(ofKind) / median(honest)
  }
  return (Object.keys(MOST) as (keyof typeof MOST)[]).map((kind) => ({
    kind,
    rows: rows.filter((row) => row.kind === kind).length,
    paid: relative(paidByRow, kind),
    rawPositiveInfluence: relative(rawByRow, kind),
    most: MOST[kind],
  }))
}

/**
 * Pay by raw positive influence: every query's fee in proportion to the positive inner products of its whitened gradient
 * with those of the rows, lengths and all. rows (n × w), queries (m × w) → (n).
 */
export function payByRawInfluence(
  { dims, width, map }: Sketcher,
  rows: Rows,
  queries: readonly Float32Array[],
): Float64Array {
  const whitened = (gradient: Float32Array, sign: 1 | -1): Float64Array => {
    const out = new Float64Array(dims)
    for (let d = 0; d < dims; d++) {
      let sum = 0
      for (let j = 0; j < width; j++) sum += (map[d * width + j] ?? 0) * (gradient[j] ?? 0)
      out[d] = sign * sum
    }
    return out
  }
  const rowVectors = Array.from({ length: rows.n }, (_, i) =>
    whitened(rows.values.subarray(i * width, (i + 1) * width), -1),
  )
  const pay = new Float64Array(rows.n)
  for (const query of queries) {
    const vector = whitened(query, 1)
    const influence = rowVectors.map((row) => Math.max(0, product(row, vector)))
    const total = influence.reduce((sum, value) => sum + value, 0)
    if (total > 0) for (const [i, value] of influence.entries()) pay[i] = (pay[i] ?? 0) + value / total
  }
  return pay
}

function product(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let d = 0; d < a.length; d++) sum += (a[d] ?? 0) * (b[d] ?? 0)
  return sum
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? 0
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2
}
