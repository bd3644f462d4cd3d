/** From resampled figures to what a certificate says of them. */

import { difference, intervalOf, type Resampled } from '../statistics/bootstrap.ts'
import type { Comparison, IntervalFigure } from './certificate.ts'

const DECIMALS = 1e6

/** JSON has no NaN and nobody reads beyond six decimals. */
export function rounded(value: number): number | null {
  return Number.isFinite(value) ? Math.round(value * DECIMALS) / DECIMALS : null
}

/** A figure and its interval, within the values that it can take. */
export function figureOf(resampled: Resampled, bounds?: readonly [number, number]): IntervalFigure {
  const { estimate, low, high } = intervalOf(resampled, bounds)
  return { estimate: rounded(estimate), low: rounded(low), high: rounded(high) }
}

/** One figure less another, and whether the interval leaves zero out. */
export function compared(one: Resampled, other: Resampled): Comparison {
  const figure = figureOf(difference(one, other))
  const { low, high } = figure
  const verdict = low !== null && low > 0 ? 'beats' : high !== null && high < 0 ? 'worse' : 'inconclusive'
  return { difference: figure, verdict }
}
