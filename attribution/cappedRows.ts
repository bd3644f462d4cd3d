// What a publisher does before it registers units: no row above its cap may point along T, or its
// unit is false.
//
//   repeat   R, codes, scales and T of all units
//            mult_r = cap_r where mult_r > cap_r and code_r · T ≥ 0
//   until    no such row is left
//
// docs/protocol.md, "Units". units (rows (mult, codes (k))) → the same with multipliers lowered,
// and their sketches.
//
// Each round lowers a row to its cap for good, so the rounds end. No cap is 0: kept rows stay kept.

import { dot } from './codes.ts'
import { alongTotal, totalOf } from './fixedWeights.ts'
import { capOf } from './multipliers.ts'
import { type CountedRow, scaledUnits, type UnitSketch, unitSketch, unitSum } from './unitSketch.ts'

export type CappedUnits = {
  /** Of every unit, in the order of its rows. */
  readonly multipliers: readonly Uint16Array[]
  readonly sketches: readonly UnitSketch[]
}

/** Lowers the rows of a model that are above their caps and point along T. */
export function capRows(units: readonly (readonly CountedRow[])[], k: number): CappedUnits {
  let rows = units
  for (;;) {
    const sketches = rows.map((unit) => unitSketch(unitSum(unit, k)))
    const total = totalOf(scaledUnits(sketches))
    const lowered = rows.map((unit) => unit.map((row) => lower(row, total)))
    if (!lowered.some((unit, u) => unit.some((row, r) => row !== rows[u]?.[r]))) {
      return { multipliers: rows.map((unit) => Uint16Array.from(unit, ({ multiplier }) => multiplier)), sketches }
    }
    rows = lowered
  }
}

/** Whether a row's multiplier makes its unit false, by the model's T. */
export function isAboveCap({ multiplier, codes }: CountedRow, total: Float64Array): boolean {
  return multiplier > capOf(dot(codes, codes)) && alongTotal(codes, total) >= 0
}

function lower(row: CountedRow, total: Float64Array): CountedRow {
  return isAboveCap(row, total) ? { ...row, multiplier: capOf(dot(row.codes, row.codes)) } : row
}
