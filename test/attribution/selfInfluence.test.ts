import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { findFlagged, MOST_SELF_INFLUENCE } from '../../attribution/selfInfluence.ts'

describe('flags', () => {
  test('fall on a row that pulls harder than four times the mean, and on no other', () => {
    expect(findFlagged(Float64Array.of(1, 1, 1, 1, 1, 1, 1, 100))).toEqual(new Set([7]))
  })

  test('fall on nobody where all rows pull alike, or not at all', () => {
    expect(findFlagged(new Float64Array(5).fill(3))).toEqual(new Set())
    expect(findFlagged(new Float64Array(5))).toEqual(new Set())
    expect(findFlagged(new Float64Array(0))).toEqual(new Set())
  })

  const lengths = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 200 })

  test('are always fewer than a quarter of the rows', () => {
    fc.assert(
      fc.property(lengths, (values) => {
        expect(findFlagged(Float64Array.from(values)).size * MOST_SELF_INFLUENCE).toBeLessThan(values.length)
      }),
    )
  })

  test('do not depend on the unit', () => {
    fc.assert(
      fc.property(lengths, (values) => {
        const scaled = values.map((x) => x * 2 ** 20)
        expect(findFlagged(Float64Array.from(scaled))).toEqual(findFlagged(Float64Array.from(values)))
      }),
    )
  })
})
