/**
 * Wilson's 95 % interval of a share (E. B. Wilson, JASA 22, 1927): the shares from which what was seen lies 1.96 standard deviations
 * away. It stays between zero and one, and is right for few samples and for shares near the ends.
 *
 *     (p + z²/2n ± z √(p(1 − p)/n + z²/4n²)) / (1 + z²/n)
 */

/** Two-sided 95 % of a normal distribution. */
export const Z = 1.959963984540054

export interface Interval {
  readonly value: number
  readonly low: number
  readonly high: number
}

export function wilson(right: number, n: number): Interval {
  const share = right / n
  const centre = share + (Z * Z) / (2 * n)
  const half = Z * Math.sqrt((share * (1 - share)) / n + (Z * Z) / (4 * n * n))
  const whole = 1 + (Z * Z) / n
  // Rounding may put an end a little past a share of nought or one.
  return {
    value: share,
    low: Math.max(0, Math.min(share, (centre - half) / whole)),
    high: Math.min(1, Math.max(share, (centre + half) / whole)),
  }
}
