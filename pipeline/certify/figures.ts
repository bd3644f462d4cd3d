/** From resampled figures to what a certificate says of them. */

import { difference, intervalOf, type Resampled } from '../statistics/bootstrap.ts'
import type { IntervalFigure, Measure } from './certificate.ts'

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

/** The ledger's figure less another's, and whether the interval leaves zero out. */
export function compared(ledger: Resampled, other: Resampled): NonNullable<Measure['rules'][number]['ledgerLess']> {
  const figure = figureOf(difference(ledger, other))
  const { low, high } = figure
  const verdict = low !== null && low > 0 ? 'beats' : high !== null && high < 0 ? 'worse' : 'not told apart'
  return { difference: figure, verdict }
}
