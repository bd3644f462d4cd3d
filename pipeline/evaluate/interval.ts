/** 95 % intervals of a mean over samples, from its samples' scores; + − · / √ alone, so the same on every machine. */

/** Two-sided 95 % of a normal distribution. */
const Z = 1.959963984540054

export interface Interval {
  readonly value: number
  readonly low: number
  readonly high: number
}

/** Scores that say right or wrong have Wilson's interval; any others that of a normal distribution around their mean. */
export function intervalOf(scores: readonly number[]): Interval {
  return isRightOrWrong(scores) ? wilson(sum(scores), scores.length) : normal(scores)
}

export function isRightOrWrong(scores: readonly number[]): boolean {
  return scores.every((score) => score === 0 || score === 1)
}

/** Wilson (1927): stays between zero and one, and is right for few samples and for shares near the ends. */
function wilson(right: number, n: number): Interval {
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

/** A single sample tells nothing of its spread: its interval is itself. */
function normal(scores: readonly number[]): Interval {
  const n = scores.length
  const value = sum(scores) / n
  const variance = n === 1 ? 0 : sum(scores.map((score) => (score - value) * (score - value))) / (n - 1)
  const half = Z * Math.sqrt(variance / n)
  return { value, low: value - half, high: value + half }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
