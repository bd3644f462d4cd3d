import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isqrt, roundedQuotient } from '../../attribution/rounding.ts'

describe('a rounded quotient', () => {
  it('goes to the nearest integer, and away from zero where two are as near', () => {
    const quotients = [-7, -6, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7].map((x) => roundedQuotient(x, 4))
    expect(quotients).toEqual([-2, -2, -1, -1, -1, -1, 0, 0, 0, 1, 1, 1, 1, 2, 2])
  })

  it('is exact up to 2^52, beside the next tie too', () => {
    const halves = fc.tuple(fc.integer({ min: 1, max: 2 ** 26 }), fc.integer({ min: -(2 ** 25), max: 2 ** 25 }))
    const near = fc.tuple(halves, fc.integer({ min: -1, max: 1 })).map(([[denominator, times], off]) => ({
      denominator,
      numerator: Math.trunc((denominator * times) / 2) + off,
    }))
    fc.assert(
      fc.property(near, ({ numerator, denominator }) => {
        const [n, d] = [BigInt(Math.abs(numerator)), BigInt(denominator)]
        const size = Number((2n * n + d) / (2n * d))
        expect(roundedQuotient(numerator, denominator)).toBe(numerator < 0 && size > 0 ? -size : size)
      }),
    )
  })
})

describe('a root', () => {
  it('is the largest integer whose square is no larger', () => {
    const squares = fc.oneof(
      fc.bigInt({ min: 0n, max: 2n ** 64n }),
      fc.tuple(fc.bigInt({ min: 1n, max: 2n ** 32n }), fc.bigInt({ min: -1n, max: 1n })).map(([x, off]) => x * x + off),
    )
    fc.assert(
      fc.property(squares, (square) => {
        const root = isqrt(square)
        expect([root * root <= square, (root + 1n) * (root + 1n) > square]).toEqual([true, true])
      }),
    )
  })
})
