// Codes: the small integers of committed sketches, and the products from which everything about
// money follows.
//
//   a·b = Σ_d a_d · b_d        |a|² = a·a        n = isqrt(|a|² << 32) = ⌊|a| · 2^16⌋
//
// docs/protocol.md, "Sketches" and "Multipliers". codes (k) in [-7, 7] → integers.
//
// With k ≤ 4,096 no intermediate reaches 2^51. A double then rounds neither a root nor a quotient
// up to the next integer, so plain numbers give what Solidity's integers give.

import { MalformedError } from './malformed.ts'

/** The most codes that a sketch has. */
export const MAX_CODES = 1_024
const FIXED = 2 ** 32

/**
 * Sum of products of two sketches' codes. As 32-bit integers: a plain product may be -0, which
 * would make all of it floats.
 */
export function dot(a: Int8Array, b: Int8Array): number {
  let sum = 0
  for (let d = 0; d < a.length; d++) sum = (sum + Math.imul(a[d] as number, b[d] as number)) | 0
  return sum
}

/** The length of a sketch in fixed point with 16 fractional bits, rounded down. */
export function fixedNorm(codes: Int8Array): number {
  return normOf(dot(codes, codes))
}

/** The same from the squared length. */
export function normOf(squared: number): number {
  return Math.floor(Math.sqrt(squared * FIXED))
}

/** Refuses a number of codes that no model can be registered with. */
export function checkCodeCount(k: number): void {
  if (Number.isInteger(k) && k >= 64 && k <= MAX_CODES && k % 64 === 0) return
  throw new MalformedError(
    `A sketch cannot have ${k} codes`,
    { codes: k },
    `Use a multiple of 64 from 64 to ${MAX_CODES}.`,
  )
}
