// Explanations: which rows moved an answer. Not money.
//
//   term_r = min(mult_r, cap_r) · (q · code_r)    for: > 0, largest first; against: < 0, smallest
//   term_u = scale_u · (q · code_u)               the units' own terms of the money
//
// Of equal terms the lower unit and row comes first. docs/protocol.md, "Explanations". query (k),
// signs or int4 codes, and a model's rows (mult, codes (k)) → the best rows; units (scale, codes
// (k)) → terms.
//
// mult ≤ cap ≤ 4,096 and |q · code| ≤ 49 · 1,024: a row's term stays within ± 2^28, a unit's within
// ± 2^32.

import { dot } from './codes.ts'
import { capOf } from './multipliers.ts'
import type { CountedRow, ScaledUnit } from './unitSketch.ts'

/**
 * A row by its unit and its place within it, and its term, negative where it moved the answer away.
 */
export type RowTerm = { readonly unit: number; readonly row: number; readonly term: number }

export type Explanation = { readonly for: readonly RowTerm[]; readonly against: readonly RowTerm[] }

/**
 * The `count` rows that moved an answer most towards it, and the `count` that moved it most away.
 */
export function explain(query: Int8Array, units: readonly (readonly CountedRow[])[], count: number): Explanation {
  const terms = units.flatMap((rows, unit) =>
    rows.map((row, place) => ({ unit, row: place, term: rowTerm(query, row) })),
  )
  // Sorting keeps equal terms in the order of units and rows.
  return {
    for: terms
      .filter(({ term }) => term > 0)
      .sort((a, b) => b.term - a.term)
      .slice(0, count),
    against: terms
      .filter(({ term }) => term < 0)
      .sort((a, b) => a.term - b.term)
      .slice(0, count),
  }
}

/**
 * What every unit's sketch says of an answer. A book's W is the sum of these, by fees, where it is
 * positive.
 */
export function unitTerms(query: Int8Array, units: readonly ScaledUnit[]): readonly number[] {
  return units.map(({ scale, codes }) => scale * dot(query, codes))
}

function rowTerm(query: Int8Array, { multiplier, codes }: CountedRow): number {
  return Math.min(multiplier, capOf(dot(codes, codes))) * dot(query, codes)
}
