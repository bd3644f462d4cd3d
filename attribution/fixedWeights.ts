// Fixed weights: what the training rows alone say of a unit. They share out what net influence
// leaves.
//
//   T       = Σ_u scale_u · code_u
//   fixed_u = max(0, scale_u · (code_u · T) − scale_u² · |code_u|²)     along the sum of the others
//   N       = isqrt(k · max_u(scale_u² · |code_u|²))                    of the longest unit
//
// docs/protocol.md, "Units" and "Books and pay". units (scale, codes (k)) → T (k), fixed weights
// (n), N.
//
// With 1,024 units of k ≤ 1,024: |T_d| ≤ 1,024 · 65,535 · 7 < 2^29, so code · T < 2^42 fits a
// double. Times scale it is below 2^58 and needs a bigint. scale² · |code|² < 2^48; k times that is
// below 2^58.

import { dot } from './codes.ts'
import { isqrt } from './rounding.ts'
import type { ScaledUnit } from './unitSketch.ts'

/** T: what all units point to together. */
export function totalOf(units: readonly ScaledUnit[]): Float64Array {
  const total = new Float64Array(units[0]?.codes.length ?? 0)
  for (const { scale, codes } of units) {
    for (let d = 0; d < total.length; d++) total[d] = (total[d] as number) + scale * (codes[d] as number)
  }
  return total
}

/** code · T, exact. */
export function alongTotal(codes: Int8Array, total: Float64Array): number {
  let sum = 0
  for (let d = 0; d < total.length; d++) sum += (codes[d] as number) * (total[d] as number)
  return sum
}

/** The fixed weight of every unit, below 2^58. */
export function fixedWeights(units: readonly ScaledUnit[]): readonly bigint[] {
  const total = totalOf(units)
  return units.map(({ scale, codes }) => {
    const others = BigInt(alongTotal(codes, total)) - BigInt(scale * dot(codes, codes))
    return others > 0n ? BigInt(scale) * others : 0n
  })
}

/** N, below 2^29. */
export function normFloor(units: readonly ScaledUnit[]): bigint {
  const longest = units.reduce((most, { scale, codes }) => Math.max(most, scale * scale * dot(codes, codes)), 0)
  return isqrt(BigInt(units[0]?.codes.length ?? 0) * BigInt(longest))
}
