// Unit sketches: what is on chain of the rows that are paid as one.
//
//   R_u     = Σ_{r ∈ u} mult_r · code_r                     peak_u = max_d |R_u,d|
//   code_u  = round(7 · R_u / peak_u)                       0 where peak_u = 0; ties away from zero
//   scale_u = round(65535 · peak_u / max_v peak_v)          0 where every peak is 0
//
// docs/protocol.md, "Units". rows of a unit (mult, codes (k)) → sum (k), peak, codes (k); peaks of
// a model → scales.
//
// At most 1,024 rows of a unit have a multiplier, so |R| ≤ 1,024 · 65,535 · 7 < 2^29: int32 holds
// every sum, and doubles every numerator.

import { roundedQuotient } from './rounding.ts'
import { MAX_CODE } from './sketch.ts'

export const MAX_SCALE = 65_535

/** A row as it counts: its multiplier and its codes. */
export type CountedRow = { readonly multiplier: number; readonly codes: Int8Array }

/** A unit by itself, as it is registered. */
export type UnitSketch = { readonly peak: number; readonly codes: Int8Array }

/** A unit among those of its model: its codes count `scale` times. */
export type ScaledUnit = { readonly scale: number; readonly codes: Int8Array }

/** R_u of a unit's rows. */
export function unitSum(rows: readonly CountedRow[], k: number): Int32Array {
  const sum = new Int32Array(k)
  for (const { multiplier, codes } of rows) {
    for (let d = 0; d < k; d++) sum[d] = (sum[d] as number) + multiplier * (codes[d] as number)
  }
  return sum
}

export function unitSketch(sum: Int32Array): UnitSketch {
  const peak = sum.reduce((most, x) => Math.max(most, Math.abs(x)), 0)
  const codes = new Int8Array(sum.length)
  if (peak > 0) for (let d = 0; d < sum.length; d++) codes[d] = roundedQuotient(MAX_CODE * (sum[d] as number), peak)
  return { peak, codes }
}

/** The scale of every unit of a model, from the peaks of all. */
export function scalesOf(peaks: readonly number[]): readonly number[] {
  const highest = peaks.reduce((most, peak) => Math.max(most, peak), 0)
  return peaks.map((peak) => (highest === 0 ? 0 : roundedQuotient(MAX_SCALE * peak, highest)))
}

/** The units of a model, side by side. */
export function scaledUnits(sketches: readonly UnitSketch[]): readonly ScaledUnit[] {
  const scales = scalesOf(sketches.map(({ peak }) => peak))
  return sketches.map(({ codes }, u) => ({ scale: scales[u] as number, codes }))
}
