/**
 * Two models on the same n samples, each right or wrong:
 *
 *                    twin right   twin wrong
 *     model right        e            f            p = (e + f)/n     of the model
 *     model wrong        g            h            q = (e + g)/n     of its twin
 *
 * Difference p − q = (f − g)/n with Newcombe's interval (R. G. Newcombe, "Improved confidence intervals for the difference between
 * binomial proportions based on paired data", Statistics in Medicine 17, 1998, method 10), from the Wilson intervals [l, u] of both:
 *
 *     δ = √((p − l_p)² − 2φ (p − l_p)(u_q − q) + (u_q − q)²)        low  = p − q − δ
 *     ε = √((u_p − p)² − 2φ (u_p − p)(q − l_q) + (q − l_q)²)        high = p − q + ε
 *     φ = c / √((e + f)(g + h)(e + g)(f + h)),   0 where that is 0
 *     c = eh − fg − n/2 above n/2,  0 from 0 to n/2,  eh − fg below 0
 *
 * Exact McNemar test (Q. McNemar, Psychometrika 12, 1947; binomial, two-sided): of the f + g samples on which they disagree each is as
 * likely to be either's, so P = min(1, 2 · Σ_{i ≤ min(f, g)} C(f + g, i) / 2^(f + g)).
 */
import { exp, log } from '../math/elementary.ts'
import { type Interval, wilson } from './wilson.ts'

export interface Table {
  readonly bothRight: number
  readonly modelOnly: number
  readonly twinOnly: number
  readonly bothWrong: number
}

export function pairedDifference({ bothRight: e, modelOnly: f, twinOnly: g, bothWrong: h }: Table): Interval {
  const n = e + f + g + h
  const model = wilson(e + f, n)
  const twin = wilson(e + g, n)
  const margins = Math.sqrt((e + f) * (g + h) * (e + g) * (f + h))
  const cross = e * h - f * g
  const corrected = cross > n / 2 ? cross - n / 2 : Math.min(cross, 0)
  const phi = margins === 0 ? 0 : corrected / margins
  const joined = (a: number, b: number) => Math.sqrt(Math.max(0, a * a - 2 * phi * a * b + b * b))
  const value = (f - g) / n
  return {
    value,
    low: value - joined(model.value - model.low, twin.high - twin.value),
    high: value + joined(model.high - model.value, twin.value - twin.low),
  }
}

export function mcnemar({ modelOnly: f, twinOnly: g }: Table): number {
  const n = f + g
  let logTerm = -n * log(2)
  let tail = 0
  for (let i = 0; i <= Math.min(f, g); i++) {
    tail += exp(logTerm)
    logTerm += log((n - i) / (i + 1))
  }
  return Math.min(1, 2 * tail)
}
