/** 95 % intervals of a mean over samples, from its samples' scores; + − · / √ alone, so the same on every machine. */
import { type Interval, wilson, Z } from '../statistics/wilson.ts'

export type { Interval }

/** Scores that say right or wrong have Wilson's interval; any others that of a normal distribution around their mean. */
export function intervalOf(scores: readonly number[]): Interval {
  return isRightOrWrong(scores) ? wilson(sum(scores), scores.length) : normal(scores)
}

export function isRightOrWrong(scores: readonly number[]): boolean {
  return scores.every((score) => score === 0 || score === 1)
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
