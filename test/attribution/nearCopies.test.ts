import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dot } from '../../attribution/codes.ts'
import { findCopies, findKeptCopies, findNearCopyFaults, isCopy, reaches } from '../../attribution/nearCopies.ts'
import { flat } from './draws.ts'
import { sketchOf } from './fast/draw.ts'

const K = 64
/** `flat(7)` with `count` codes turned: its cosine with it is 1 − count / 32. */
const turned = (count: number) => flat(K, 7).map((code, d) => (d < count ? -code : code))

describe('a cosine', () => {
  it('is reached from its very hundredth on', () => {
    expect(
      [60, 70, 80].map((percent) => [percent - 1, percent].map((product) => reaches(percent, product, 100, 100))),
    ).toEqual([
      [false, true],
      [false, true],
      [false, true],
    ])
    expect(reaches(70, -100, 100, 100)).toBe(false)
    expect(reaches(70, 0, 0, 100)).toBe(false)
  })

  it('is judged exactly, whichever row comes first', () => {
    fc.assert(
      fc.property(sketchOf(1024), sketchOf(1024), fc.constantFrom(60, 70, 80), (a, b, percent) => {
        const [product, aa, bb] = [dot(a, b), dot(a, a), dot(b, b)]
        const exact = product > 0 && BigInt(product) ** 2n * 10_000n >= BigInt(percent) ** 2n * BigInt(aa) * BigInt(bb)
        expect([reaches(percent, product, aa, bb), reaches(percent, product, bb, aa)]).toEqual([exact, exact])
      }),
    )
  })
})

describe('copies to drop', () => {
  it('are rows that reach 70 with one kept before, and name the first such row', () => {
    // Cosines with the first: 0.75, 0.6875, 1.
    expect([...findCopies([flat(K, 7), turned(8), turned(10), flat(K, 1)])]).toEqual([
      [1, 0],
      [3, 0],
    ])
  })

  it('are compared with kept rows alone, so that a chain does not grow', () => {
    const chain = [0, 8, 16, 24].map(turned)
    // Each has 0.75 with the one before it, and 0.5 with the one before that.
    expect([...findCopies(chain)]).toEqual([
      [1, 0],
      [3, 2],
    ])
  })

  it('are none of rows of zeros', () => {
    expect([...findCopies([flat(K, 0), flat(K, 0)])]).toEqual([])
  })
})

describe('near-copies among kept rows', () => {
  it('are rows that reach 80 with one before, and name the first such row', () => {
    // 0.8125 with the first; 0.78125; 0.8125 with the second.
    expect([...findKeptCopies([turned(0), turned(6), turned(7), turned(12)])]).toEqual([
      [1, 0],
      [2, 1],
      [3, 1],
    ])
  })
})

describe('faults of near-copies after training', () => {
  it('are kept rows that reach 80 and dropped rows that do not reach 60', () => {
    const codes = [turned(0), turned(6), turned(13), turned(12), turned(64)]
    const copies = new Map([
      [2, 0],
      [3, 0],
      [4, 0],
    ])
    expect(findNearCopyFaults(codes, copies)).toEqual({
      kept: new Map([[1, 0]]),
      dropped: new Map([
        [2, 0],
        [4, 0],
      ]),
    })
    expect([isCopy(turned(12), turned(0)), isCopy(turned(13), turned(0))]).toEqual([true, false])
  })

  it('are none right after the drop', () => {
    const lists = fc.array(sketchOf(K), { maxLength: 12 })
    fc.assert(
      fc.property(lists, (codes) => {
        expect(findNearCopyFaults(codes, findCopies(codes))).toEqual({ kept: new Map(), dropped: new Map() })
      }),
    )
  })
})
