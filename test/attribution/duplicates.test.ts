import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findDuplicates, isDuplicate } from '../../attribution/duplicates.ts'
import { dot } from '../../attribution/score.ts'

const DIMS = 64
const flat = (code: number) => new Int8Array(DIMS).fill(code)
/** `flat(7)` with `count` entries turned round: cosine 1 − 2·count / 64. */
const turned = (count: number) => flat(7).map((code, d) => (d < count ? -code : code))
const sketch = fc
  .array(fc.integer({ min: -7, max: 7 }), { minLength: DIMS, maxLength: DIMS })
  .map((list) => Int8Array.from(list))

describe('duplicate rows', () => {
  it('are those with a cosine of at least 80 hundredths', () => {
    expect(isDuplicate(80, 100, 100)).toBe(true)
    expect(isDuplicate(79, 100, 100)).toBe(false)
    expect(isDuplicate(-100, 100, 100)).toBe(false)
    expect(isDuplicate(0, 0, 100)).toBe(false)
  })

  it('join the first of their cluster that was accepted', () => {
    const found = findDuplicates([
      { row: 4, contribution: 'first', codes: flat(7) },
      { row: 2, contribution: 'second', codes: flat(3) },
      { row: 9, contribution: 'third', codes: flat(1) },
      { row: 1, contribution: 'third', codes: turned(10) },
    ])
    expect([...found]).toEqual([
      [2, 4],
      [9, 4],
    ])
  })

  it('are looked for in other contributions only', () => {
    const found = findDuplicates([
      { row: 0, contribution: 'same', codes: flat(7) },
      { row: 1, contribution: 'same', codes: flat(7) },
    ])
    expect([...found]).toEqual([])
  })

  it('are compared with kept rows only, so that a chain does not grow', () => {
    const [a, b, c] = [flat(7), flat(7).map((x, d) => (d < 15 ? 0 : x)), flat(7).map((x, d) => (d < 30 ? 0 : x))]
    expect([isClose(a, b), isClose(b, c), isClose(a, c)]).toEqual([true, true, false])
    const found = findDuplicates([
      { row: 0, contribution: 'a', codes: a },
      { row: 1, contribution: 'b', codes: b },
      { row: 2, contribution: 'c', codes: c },
    ])
    expect([...found]).toEqual([[1, 0]])
  })

  it('are judged alike whichever comes first, and by the exact cosine', () => {
    fc.assert(
      fc.property(sketch, sketch, (a, b) => {
        expect(isClose(a, b)).toBe(isClose(b, a))
        const product = BigInt(dot(a, b))
        const exact = product > 0n && product ** 2n * 10_000n >= 6_400n * BigInt(dot(a, a)) * BigInt(dot(b, b))
        expect(isClose(a, b)).toBe(exact)
      }),
    )
  })
})

function isClose(a: Int8Array, b: Int8Array): boolean {
  return isDuplicate(dot(a, b), dot(a, a), dot(b, b))
}
