import { describe, expect, it } from 'vitest'
import { cos, exp, log, logistic, sin, tanh } from '../../../pipeline/math/elementary.ts'
import { createRandom } from '../../../pipeline/math/random.ts'

const POINTS = 20_000
const DOUBLE_EPSILON = 2 ** -52

/** The largest relative error against a reference over points spread evenly over a range. */
function worstError(from: number, to: number, of: (x: number) => number, reference: (x: number) => number): number {
  const { uniform } = createRandom(1, 'points')
  let worst = 0
  for (let i = 0; i < POINTS; i++) {
    const x = from + (to - from) * uniform()
    const expected = reference(x)
    worst = Math.max(worst, Math.abs(of(x) - expected) / Math.max(1e-300, Math.abs(expected)))
  }
  return worst
}

function worstAbsoluteError(reach: number, of: (x: number) => number, reference: (x: number) => number): number {
  const { uniform } = createRandom(2, 'points')
  let worst = 0
  for (let i = 0; i < POINTS; i++) {
    const x = reach * (2 * uniform() - 1)
    worst = Math.max(worst, Math.abs(of(x) - reference(x)))
  }
  return worst
}

describe('elementary functions', () => {
  it('agree with Math to a few units in the last place', () => {
    expect(worstError(-700, 700, exp, Math.exp)).toBeLessThan(2 * DOUBLE_EPSILON)
    expect(worstError(1e-9, 1e9, log, Math.log)).toBeLessThan(4 * DOUBLE_EPSILON)
    expect(worstAbsoluteError(20, tanh, Math.tanh)).toBeLessThan(2 * DOUBLE_EPSILON)
    expect(worstAbsoluteError(500, sin, Math.sin)).toBeLessThan(2 * DOUBLE_EPSILON)
    expect(worstAbsoluteError(500, cos, Math.cos)).toBeLessThan(2 * DOUBLE_EPSILON)
    expect(worstError(-30, 30, logistic, (x) => 1 / (1 + Math.exp(-x)))).toBeLessThan(4 * DOUBLE_EPSILON)
  })

  it('are exact where there is nothing to round', () => {
    expect([exp(0), log(1), tanh(0), sin(0), cos(0), logistic(0)]).toEqual([1, 0, 0, 0, 1, 0.5])
  })

  it('end where float64 ends', () => {
    expect([exp(1_000), exp(-1_000), exp(Number.NaN)]).toEqual([Number.POSITIVE_INFINITY, 0, Number.NaN])
    expect([log(0), log(-1), log(Number.POSITIVE_INFINITY)]).toEqual([
      Number.NEGATIVE_INFINITY,
      Number.NaN,
      Number.POSITIVE_INFINITY,
    ])
    expect([tanh(500), tanh(-500), logistic(-800), logistic(800)]).toEqual([1, -1, 0, 1])
  })

  it('refuse an angle too large to reduce', () => {
    expect(() => sin(1e9)).toThrow(RangeError)
  })
})
