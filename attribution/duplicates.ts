// Duplicates: the first accepted of nearly equal rows is credited, the later ones earn nothing.
//
//   b joins a's cluster if  a·b > 0  and  (a·b)² · 100² ≥ 70² · |a|² · |b|²          cosine ≥ τ = 0.70, in integers
//
// for the first kept row a, whoever contributed it. rows in order of acceptance (n × k codes) → for each, the row whose
// cluster it joined, or none. docs/protocol.md, "Duplicates". With k ≤ 4096 every product stays below 2^50, exact.

import { dot } from './score.ts'

/** The cosine, in hundredths, from which two rows count as one. */
export const DUPLICATE_COSINE_PERCENT = 70
/** The same as a share of one. */
export const MIN_DUPLICATE_COSINE: number = DUPLICATE_COSINE_PERCENT / 100

const TAU_SQUARED = DUPLICATE_COSINE_PERCENT ** 2
const WHOLE_SQUARED = 100 ** 2

export type SketchedRow = { readonly row: number; readonly codes: Int8Array }

/** Whether two rows' sketches are close enough to count as one. */
export function isDuplicate(dotProduct: number, squaredA: number, squaredB: number): boolean {
  return dotProduct > 0 && dotProduct * dotProduct * WHOLE_SQUARED >= TAU_SQUARED * squaredA * squaredB
}

/**
 * Finds the rows that get no leaf.
 * @param accepted Rows in the order in which their contributions were accepted, then within the contribution.
 * @returns For every row that joined a cluster, the row it duplicates.
 */
export function findDuplicates(accepted: readonly SketchedRow[]): ReadonlyMap<number, number> {
  const kept: (SketchedRow & { readonly squared: number })[] = []
  const duplicateOf = new Map<number, number>()
  for (const row of accepted) {
    const squared = dot(row.codes, row.codes)
    const first = kept.find((earlier) => isDuplicate(dot(earlier.codes, row.codes), earlier.squared, squared))
    if (first) duplicateOf.set(row.row, first.row)
    else kept.push({ ...row, squared })
  }
  return duplicateOf
}
