import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { scaledUnits, scalesOf, unitSketch, unitSum } from '../../attribution/unitSketch.ts'
import { codeCounts, countedRows, flat, largest } from './draws.ts'

const roundAway = (n: bigint, d: bigint): bigint => {
  const size = (2n * (n < 0n ? -n : n) + d) / (2n * d)
  return n < 0n ? -size : size
}

describe('a unit sketch', () => {
  it('is the sum of the unit’s rows, scaled by its largest entry', () => {
    const rows = [
      { multiplier: 100, codes: Int8Array.of(7, -7, 1, 0) },
      { multiplier: 300, codes: Int8Array.of(1, -7, 0, -1) },
      { multiplier: 0, codes: Int8Array.of(7, 7, 7, 7) },
    ]
    const sum = unitSum(rows, 4)
    expect([...sum]).toEqual([1000, -2800, 100, -300])
    expect(unitSketch(sum)).toEqual({ peak: 2800, codes: Int8Array.of(3, -7, 0, -1) })
  })

  it('rounds ties away from zero', () => {
    expect([...unitSketch(Int32Array.of(14, 1, -1, 3, -3, 13, -13)).codes]).toEqual([7, 1, -1, 2, -2, 7, -7])
  })

  it('of rows that cancel is zero, with the peak 0', () => {
    const codes = flat(64, 7)
    const rows = [
      { multiplier: 9, codes },
      { multiplier: 9, codes: flat(64, -7) },
    ]
    expect(unitSketch(unitSum(rows, 64))).toEqual({ peak: 0, codes: flat(64, 0) })
    expect(unitSketch(unitSum([], 64))).toEqual({ peak: 0, codes: flat(64, 0) })
  })

  it('loses no bit with as many rows as a unit has, as heavy as they can be', () => {
    const rows = Array.from({ length: 1024 }, () => ({ multiplier: 65_535, codes: flat(64, -7) }))
    expect(unitSketch(unitSum(rows, 64))).toEqual({ peak: 469_754_880, codes: flat(64, -7) })
  })

  it('is what bigints give', () => {
    const drawn = codeCounts.chain((k) => fc.record({ k: fc.constant(k), rows: countedRows(k, 30) }))
    fc.assert(
      fc.property(drawn, ({ k, rows }) => {
        const sums = Array.from({ length: k }, (_, d) =>
          rows.reduce((sum, { multiplier, codes }) => sum + BigInt(multiplier) * BigInt(codes[d] as number), 0n),
        )
        const peak = largest(sums.map((x) => (x < 0n ? -x : x)))
        const codes = sums.map((x) => (peak === 0n ? 0 : Number(roundAway(7n * x, peak))))
        expect(unitSketch(unitSum(rows, k))).toEqual({ peak: Number(peak), codes: Int8Array.from(codes) })
      }),
    )
  })
})

describe('the scales of a model’s units', () => {
  it('are 65,535 for the highest peak, and 0 where every peak is 0', () => {
    expect(scalesOf([0, 1, 2, 4])).toEqual([0, 16_384, 32_768, 65_535])
    expect(scalesOf([0, 0])).toEqual([0, 0])
    expect(scalesOf([])).toEqual([])
  })

  it('are what bigints give', () => {
    const peaks = fc.array(fc.integer({ min: 0, max: 1024 * 65_535 * 7 }), { minLength: 1, maxLength: 20 })
    fc.assert(
      fc.property(peaks, (drawn) => {
        const highest = BigInt(Math.max(...drawn))
        expect(scalesOf(drawn)).toEqual(
          drawn.map((peak) => (highest === 0n ? 0 : Number(roundAway(65_535n * BigInt(peak), highest)))),
        )
      }),
    )
  })

  it('stand beside the units’ codes', () => {
    const sketches = [unitSketch(Int32Array.of(1, 2)), unitSketch(Int32Array.of(-8, 0))]
    expect(scaledUnits(sketches)).toEqual([
      { scale: 16_384, codes: Int8Array.of(4, 7) },
      { scale: 65_535, codes: Int8Array.of(-7, 0) },
    ])
  })
})
