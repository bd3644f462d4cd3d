import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fixedWeights, normFloor, totalOf } from '../../attribution/fixedWeights.ts'
import { isqrt } from '../../attribution/rounding.ts'
import { codeCounts, flat, largest, scaledUnitsOf } from './draws.ts'

describe('fixed weights', () => {
  it('are what the sum of the other units says of each', () => {
    const units = [
      { scale: 2, codes: Int8Array.of(7, 0) },
      { scale: 3, codes: Int8Array.of(1, 1) },
      { scale: 1, codes: Int8Array.of(-7, 7) },
    ]
    expect([...totalOf(units)]).toEqual([10, 10])
    // 2·(70 − 2·49), 3·(20 − 3·2), 1·(0 − 98)
    expect(fixedWeights(units)).toEqual([0n, 42n, 0n])
  })

  it('of a unit alone, or against all others, are 0', () => {
    const units = [
      { scale: 65_535, codes: flat(64, 7) },
      { scale: 1, codes: flat(64, -7) },
    ]
    expect(fixedWeights(units)).toEqual([0n, 0n])
    expect(fixedWeights(units.slice(0, 1))).toEqual([0n])
    expect(fixedWeights([])).toEqual([])
  })

  it('are what bigints give, at the extremes too', () => {
    const drawn = codeCounts.chain((k) => scaledUnitsOf(k, 12))
    fc.assert(
      fc.property(drawn, (units) => {
        const exact = units.map(({ scale, codes }, u) => {
          const weight = units.reduce((sum, other, v) => {
            if (u === v) return sum
            const product = codes.reduce((dot, code, d) => dot + BigInt(code * (other.codes[d] as number)), 0n)
            return sum + BigInt(scale) * BigInt(other.scale) * product
          }, 0n)
          return weight > 0n ? weight : 0n
        })
        expect(fixedWeights(units)).toEqual(exact)
      }),
    )
  })

  it('stay below 2^58 with as many units as a model has, all alike', () => {
    const units = Array.from({ length: 1024 }, () => ({ scale: 65_535, codes: flat(1024, 7) }))
    const [weight] = fixedWeights(units)
    expect(weight).toBe(1023n * 65_535n ** 2n * 49n * 1024n)
    expect((weight as bigint) < 2n ** 58n).toBe(true)
  })
})

describe('the norm against which books are held', () => {
  it('is √k times the length of the longest unit, rounded down', () => {
    const units = [
      { scale: 9, codes: flat(64, 1) },
      { scale: 2, codes: flat(64, 7) },
    ]
    expect(normFloor(units)).toBe(14n * 64n)
    expect(normFloor([{ scale: 65_535, codes: flat(1024, 7) }])).toBe(65_535n * 7n * 1024n)
    expect(normFloor([{ scale: 1, codes: new Int8Array() }])).toBe(0n)
  })

  it('is exact', () => {
    const drawn = codeCounts.chain((k) => fc.record({ k: fc.constant(k), units: scaledUnitsOf(k, 6) }))
    fc.assert(
      fc.property(drawn, ({ k, units }) => {
        const lengths = units.map(
          ({ scale, codes }) => BigInt(scale) ** 2n * codes.reduce((sum, code) => sum + BigInt(code * code), 0n),
        )
        expect(normFloor(units)).toBe(isqrt(BigInt(k) * largest(lengths)))
      }),
    )
  })
})
