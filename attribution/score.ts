// Scores: how much a training row moved an answer, as an integer that anyone recomputes to the last bit.
//
//   dot   = Σ_d q_d · r_d
//   norm  = isqrt((Σ_d r_d²) << 32)                      ⌊‖r‖ · 2^16⌋
//   score = max(0, (dot << 32) / norm)                   rounded down; 0 where norm = 0
//
// Unit rows and per-row clipping: DESIGN section 3, "Why unit rows". docs/protocol.md, "Score".
// query codes (k), row codes (k) → integer below 2^25.
//
// With k ≤ 4096 no intermediate reaches 2^51, and a double can neither round a square root nor a quotient of integers of
// that size up to the next integer, so plain numbers give exactly what Solidity's integers give.

import { dot, fixedNorm } from './codes.ts'

export { dot, fixedNorm }

const FIXED = 2 ** 32

/** The score of a row whose fixed-point norm is known. */
export function scoreOf(dotProduct: number, norm: number): number {
  if (dotProduct <= 0 || norm === 0) return 0
  return Math.floor((dotProduct * FIXED) / norm)
}

/** The score of a row for a query. */
export function score(query: Int8Array, row: Int8Array): number {
  return scoreOf(dot(query, row), fixedNorm(row))
}
