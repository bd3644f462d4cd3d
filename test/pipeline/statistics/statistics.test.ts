import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  difference,
  drawCounts,
  drawIndices,
  intervalOf,
  quantile,
  resampler,
} from '../../../pipeline/statistics/bootstrap.ts'
import { areaUnderCurve, correlation, ranks, spearman } from '../../../pipeline/statistics/ranks.ts'
import { agreement, spearmanBrown } from '../../../pipeline/statistics/reliability.ts'

const floats = (...values: number[]): Float64Array => Float64Array.from(values)
/** Few different values, so that there are ties. */
const values = fc
  .array(fc.integer({ min: -5, max: 5 }), { minLength: 2, maxLength: 30 })
  .map((xs) => Float64Array.from(xs))
const pairs = fc
  .array(fc.tuple(fc.integer({ min: -5, max: 5 }), fc.integer({ min: -5, max: 5 })), { minLength: 2, maxLength: 30 })
  .map((drawn) => [drawn.map(([x]) => x), drawn.map(([, y]) => y)].map((xs) => Float64Array.from(xs)))
  .map(([x, y]) => [x ?? floats(), y ?? floats()] as const)

describe('ranks', () => {
  it('count from one, and ties share the mean', () => {
    expect([...ranks(floats(10, -3, 10, 7, 10))]).toEqual([4, 1, 4, 2, 4])
  })

  it('are one more than how many lie below and half of how many others are equal', () => {
    fc.assert(
      fc.property(values, (xs) => {
        const plain = xs.map((x) => 1 + xs.filter((y) => y < x).length + (xs.filter((y) => y === x).length - 1) / 2)
        expect(ranks(xs)).toEqual(plain)
      }),
    )
  })

  it('of many values, which are sorted, are those of few, which are not', () => {
    const few = floats(3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3, 2, 3, 8, 4)
    const many = Float64Array.from({ length: 100 }, (_, i) => few[i % 20] as number)
    expect([...ranks(many).slice(0, 20)]).toEqual([...ranks(few)].map((rank) => 5 * (rank - 0.5) + 0.5))
  })
})

describe("Spearman's correlation", () => {
  it('is that of a textbook: hours of television beside intelligence', () => {
    const iq = floats(106, 100, 86, 101, 99, 103, 97, 113, 112, 110)
    const hours = floats(7, 27, 2, 50, 28, 29, 20, 12, 6, 17)
    expect(spearman(iq, hours)).toBeCloseTo(-29 / 165, 12)
  })

  it('is 1 with itself, and −1 with its opposite', () => {
    fc.assert(
      fc.property(values, (xs) => {
        fc.pre(new Set(xs).size > 1)
        expect(spearman(xs, xs)).toBeCloseTo(1, 12)
        expect(
          spearman(
            xs,
            xs.map((x) => -x),
          ),
        ).toBeCloseTo(-1, 12)
      }),
    )
  })

  it('takes no notice of scale, nor of which comes first', () => {
    fc.assert(
      fc.property(pairs, ([xs, ys]) => {
        const stretched = xs.map((x) => Math.exp(x / 3))
        expect(spearman(stretched, ys)).toBeCloseTo(spearman(ys, xs), 12)
      }),
    )
  })

  it('is 0 where one side says the same of all', () => {
    expect(correlation(floats(1, 1, 1), floats(1, 2, 3))).toBe(0)
  })
})

describe('the area under the curve', () => {
  it('is the share of pairs in the right order, ties counting half', () => {
    fc.assert(
      fc.property(values, values, (positives, negatives) => {
        let right = 0
        for (const p of positives) for (const n of negatives) right += p > n ? 1 : p === n ? 0.5 : 0
        expect(areaUnderCurve(positives, negatives)).toBeCloseTo(right / (positives.length * negatives.length), 12)
      }),
    )
  })
})

describe('reliability', () => {
  it('of a mean follows from how far its parts agree', () => {
    expect(agreement([floats(1, 2, 3), floats(1, 2, 3), floats(3, 2, 1)])).toBeCloseTo(-1 / 3, 12)
    expect([spearmanBrown(0.5, 2), spearmanBrown(0.5, 5), spearmanBrown(-0.2, 5), spearmanBrown(1, 9)]).toEqual([
      2 / 3,
      5 / 6,
      0,
      1,
    ])
  })

  it('does not exist of one measurement', () => {
    expect(spearmanBrown(agreement([floats(1, 2, 3)]), 1)).toBeNaN()
  })
})

describe('the bootstrap', () => {
  it('draws as many as there are, the same for the same seed and purpose', () => {
    const drawn = (seed: number, purpose: string) => [...drawIndices(50, resampler(seed, purpose))]
    expect(drawn(1, 'a')).toEqual(drawn(1, 'a'))
    expect(drawn(1, 'a')).not.toEqual(drawn(1, 'b'))
    expect(drawn(1, 'a')).not.toEqual(drawn(2, 'a'))
    expect(drawn(1, 'a').every((i) => i >= 0 && i < 50)).toBe(true)
    expect(drawCounts(50, resampler(1, 'a')).reduce((sum, x) => sum + x, 0)).toBe(50)
  })

  it('takes quantiles between neighbours', () => {
    expect([0, 0.25, 0.5, 1].map((share) => quantile(floats(1, 2, 4), share))).toEqual([1, 1.5, 2, 4])
    expect(quantile(floats(), 0.5)).toBeNaN()
  })

  it('moves the interval to the estimate, leaves out what does not exist, and stays within bounds', () => {
    const replicates = Float64Array.from({ length: 101 }, (_, i) => i / 100)
    const { estimate, low, high } = intervalOf(
      { estimate: 0.8, replicates: floats(...replicates, Number.NaN) },
      [-1, 1],
    )
    expect(estimate).toBe(0.8)
    expect(low).toBeCloseTo(0.325, 12)
    expect(high).toBe(1)
  })

  it('compares two figures draw by draw', () => {
    const a = { estimate: 3, replicates: floats(1, 2, 3) }
    const b = { estimate: 1, replicates: floats(0, 2, 4) }
    expect(difference(a, b)).toEqual({ estimate: 2, replicates: floats(1, 0, -1) })
  })

  it('covers the truth of a mean about as often as it says', () => {
    const random = resampler(7, 'coverage')
    const normal = () => Array.from({ length: 12 }, random.uniform).reduce((sum, x) => sum + x, -6)
    const mean = (xs: Float64Array) => xs.reduce((sum, x) => sum + x, 0) / xs.length
    let covered = 0
    const games = 300
    for (let game = 0; game < games; game++) {
      const sample = Float64Array.from({ length: 40 }, normal)
      const replicates = Float64Array.from({ length: 300 }, () =>
        mean(Float64Array.from(drawIndices(40, random), (i) => sample[i] as number)),
      )
      const { low, high } = intervalOf({ estimate: mean(sample), replicates })
      if (low <= 0 && high >= 0) covered++
    }
    expect(covered / games).toBeGreaterThan(0.9)
    expect(covered / games).toBeLessThan(0.98)
  })
})
