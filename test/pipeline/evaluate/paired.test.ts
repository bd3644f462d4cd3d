import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { summarise } from '../../../pipeline/evaluate/divergence.ts'
import { mcnemar, pairedDifference } from '../../../pipeline/statistics/paired.ts'

const table = (bothRight: number, modelOnly: number, twinOnly: number, bothWrong: number) => ({
  bothRight,
  modelOnly,
  twinOnly,
  bothWrong,
})
const digits = (found: { value: number; low: number; high: number }, places: number) =>
  [found.value, found.low, found.high].map((x) => x.toFixed(places))
const cells = fc.tuple(fc.nat(200), fc.nat(40), fc.nat(40), fc.nat(200)).filter((all) => all.some((each) => each > 0))

describe('the difference of two shares on the same samples', () => {
  it('has the interval that Newcombe (1998) gives for 36, 12, 2 and 0', () => {
    expect(digits(pairedDifference(table(36, 12, 2, 0)), 4)).toEqual(['0.2000', '0.0569', '0.3404'])
  })

  it('has the interval that Fagerland, Lydersen and Laake (2014) give for 1, 1, 7 and 12', () => {
    expect(digits(pairedDifference(table(1, 1, 7, 12)), 3)).toEqual(['-0.286', '-0.507', '-0.026'])
  })

  it('of two lost and none gained of 400 is no proof of a loss', () => {
    expect(digits(pairedDifference(table(385, 0, 2, 13)), 4)).toEqual(['-0.0050', '-0.0180', '0.0064'])
    expect(mcnemar(table(385, 0, 2, 13))).toBe(0.5)
  })

  it('lies between minus one and one, holds its value, and turns with its sides', () => {
    fc.assert(
      fc.property(cells, ([e, f, g, h]) => {
        const { value, low, high } = pairedDifference(table(e, f, g, h))
        expect(low).toBeGreaterThanOrEqual(-1 - 1e-12)
        expect(high).toBeLessThanOrEqual(1 + 1e-12)
        expect(low <= value && value <= high).toBe(true)
        const turned = pairedDifference(table(e, g, f, h))
        expect([turned.low, turned.high]).toEqual([expect.closeTo(-high, 12), expect.closeTo(-low, 12)])
      }),
    )
  })
})

describe('the exact McNemar test', () => {
  it('is the one that Fagerland, Lydersen and Laake (2014) find for 1 against 7', () => {
    expect(mcnemar(table(1, 1, 7, 12))).toBeCloseTo(0.0703125, 12)
  })

  it('is twice the tail of a fair coin, counted exactly', () => {
    const plain = (f: number, g: number) => {
      let [term, tail] = [1n, 0n]
      for (let i = 0; i <= Math.min(f, g); i++) {
        tail += term
        term = (term * BigInt(f + g - i)) / BigInt(i + 1)
      }
      return Math.min(1, (2 * Number((tail << 80n) / (1n << BigInt(f + g)))) / 2 ** 80)
    }
    fc.assert(
      fc.property(fc.nat(60), fc.nat(60), (f, g) => {
        expect(mcnemar(table(0, f, g, 0))).toBeCloseTo(plain(f, g), 10)
      }),
    )
    expect(mcnemar(table(0, 0, 0, 9))).toBe(1)
    expect(mcnemar(table(0, 1500, 2500, 0))).toBeLessThan(1e-50)
  })
})

describe('divergences of many samples', () => {
  it('have a mean, its standard error, and the value that 99 in a hundred do not exceed', () => {
    const values = Array.from({ length: 200 }, (_, i) => i)
    const { mean, standardError, p99 } = summarise(values.toReversed())
    expect([mean, p99]).toEqual([99.5, 197])
    expect(standardError).toBeCloseTo(57.87918451395113 / Math.sqrt(200), 12)
    expect(summarise([0.25])).toEqual({ mean: 0.25, standardError: null, p99: 0.25 })
  })
})
