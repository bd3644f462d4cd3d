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
  it('are those with a cosine of at least 70 hundredths', () => {
    expect(isDuplicate(70, 100, 100)).toBe(true)
    expect(isDuplicate(69, 100, 100)).toBe(false)
    expect(isDuplicate(-100, 100, 100)).toBe(false)
    expect(isDuplicate(0, 0, 100)).toBe(false)
  })

  it('join the first of their cluster that was accepted', () => {
    const found = findDuplicates([
      { row: 4, codes: flat(7) },
      { row: 2, codes: flat(3) },
      { row: 9, codes: flat(1) },
      { row: 1, codes: turned(10) },
    ])
    expect([...found]).toEqual([
      [2, 4],
      [9, 4],
    ])
  })

  it('are looked for whoever contributed them, so that nobody is paid for repeating a row', () => {
    const found = findDuplicates([
      { row: 0, codes: flat(7) },
      { row: 1, codes: flat(7) },
      { row: 2, codes: flat(7) },
    ])
    expect([...found]).toEqual([
      [1, 0],
      [2, 0],
    ])
  })

  it('are compared with kept rows only, so that a chain does not grow', () => {
    const [a, b, c] = [flat(7), flat(7).map((x, d) => (d < 17 ? 0 : x)), flat(7).map((x, d) => (d < 35 ? 0 : x))]
    expect([isClose(a, b), isClose(b, c), isClose(a, c)]).toEqual([true, true, false])
    const found = findDuplicates([
      { row: 0, codes: a },
      { row: 1, codes: b },
      { row: 2, codes: c },
    ])
    expect([...found]).toEqual([[1, 0]])
  })

  it('are judged alike whichever comes first, and by the exact cosine', () => {
    fc.assert(
      fc.property(sketch, sketch, (a, b) => {
        expect(isClose(a, b)).toBe(isClose(b, a))
        const product = BigInt(dot(a, b))
        const exact = product > 0n && product ** 2n * 10_000n >= 4_900n * BigInt(dot(a, a)) * BigInt(dot(b, b))
        expect(isClose(a, b)).toBe(exact)
      }),
    )
  })
})

function isClose(a: Int8Array, b: Int8Array): boolean {
  return isDuplicate(dot(a, b), dot(a, a), dot(b, b))
}
