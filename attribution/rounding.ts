// Integers divided and rooted as the protocol rounds them.
//
// ⌊a / b⌋ of doubles is exact for integers 0 ≤ a < 2^53 and b > 0: the quotient's rounding error is
// at most a/b · 2^-53, less than the 1/b that separates a quotient from the next integer above it.

/**
 * numerator / denominator to the nearest integer, ties away from zero.
 * Exact while 2 · |numerator| + denominator < 2^53.
 */
export function roundedQuotient(numerator: number, denominator: number): number {
  const size = Math.floor((2 * Math.abs(numerator) + denominator) / (2 * denominator))
  // Subtracted, because a negated zero would be -0.
  return numerator < 0 ? 0 - size : size
}

/** The square root, rounded down. */
export function isqrt(square: bigint): bigint {
  let root = BigInt(Math.floor(Math.sqrt(Number(square))))
  while (root * root > square) root--
  while ((root + 1n) * (root + 1n) <= square) root++
  return root
}
