import { describe, expect, it } from 'vitest'
import { randomSource } from '../../../attribution/random.ts'
import { cumulated, drawFrom, normal, poisson, roundedAtRandom, zipfShares } from '../../../bench/scale/draw.ts'

const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
const many = (draw: () => number) => Array.from({ length: 20_000 }, draw)

describe('what a day is drawn from', () => {
  it('happens as often as Poisson says, for small means and for large ones', () => {
    const next = randomSource(1)
    for (const mean of [0, 0.3, 7, 59, 400]) {
      const drawn = many(() => poisson(next, mean))
      const variance = meanOf(drawn.map((value) => (value - mean) ** 2))
      expect(Math.abs(meanOf(drawn) - mean)).toBeLessThan(0.03 * mean + 1e-9)
      expect(Math.abs(variance - mean)).toBeLessThan(0.06 * mean + 1e-9)
    }
  })

  it('is normal with mean 0 and variance 1', () => {
    const next = randomSource(2)
    const drawn = many(() => normal(next))
    expect(Math.abs(meanOf(drawn))).toBeLessThan(0.03)
    expect(Math.abs(meanOf(drawn.map((z) => z * z)) - 1)).toBeLessThan(0.04)
  })

  it('rounds so that it is right on average', () => {
    const next = randomSource(3)
    expect(new Set(many(() => roundedAtRandom(next, 2.25)))).toEqual(new Set([2, 3]))
    expect(meanOf(many(() => roundedAtRandom(next, 2.25)))).toBeCloseTo(2.25, 1)
    expect(roundedAtRandom(next, 4)).toBe(4)
  })

  it('gives the n-th of several things a share of 1 / n, and draws it so often', () => {
    const shares = zipfShares(4, 1)
    expect([...shares].map((share) => share * 25)).toEqual([12, 6, 4, 3].map((share) => expect.closeTo(share, 9)))
    const next = randomSource(4)
    const hits = [0, 0, 0, 0]
    for (const hit of many(() => drawFrom(next, cumulated(shares)))) hits[hit] = (hits[hit] as number) + 1
    hits.forEach((count, i) => {
      expect(Math.abs(count / 20_000 - (shares[i] as number))).toBeLessThan(0.015)
    })
  })
})
