import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dot } from '../../../attribution/codes.ts'
import { createCodeStore } from '../../../attribution/fast/codeStore.ts'
import { findCopiesFast, findKeptCopiesFast } from '../../../attribution/fast/nearCopies.ts'
import { findCopies, findKeptCopies, reaches } from '../../../attribution/nearCopies.ts'
import { randomSource } from '../../../attribution/random.ts'
import { codes, integer, nearby } from '../../vectors/draw.ts'
import { codeCounts } from '../draws.ts'
import { packed, sketchesOf, sketchOf } from './draw.ts'

describe('the fast search for near-copies', () => {
  it('finds the rows that the plain one finds', () => {
    const lists = codeCounts.chain((k) => sketchesOf(k, 30))
    fc.assert(
      fc.property(lists, (rows) => {
        expect([...findCopiesFast(rows)]).toEqual([...findCopies(rows)])
        expect([...findKeptCopiesFast(rows)]).toEqual([...findKeptCopies(rows)])
      }),
      { numRuns: 200 },
    )
  })

  it('finds them among thousands of rows, most of which are close to each other', () => {
    const next = randomSource(41)
    const pattern = codes(next, 64)
    const rows = Array.from({ length: 3_000 }, () =>
      integer(next, 10) === 0 ? codes(next, 64) : nearby(next, nearby(next, nearby(next, pattern))),
    )
    const [copies, kept] = [findCopiesFast(rows), findKeptCopiesFast(rows)]
    expect([...copies]).toEqual([...findCopies(rows)])
    expect([...kept]).toEqual([...findKeptCopies(rows)])
    expect(copies.size).toBeGreaterThan(50)
  })

  it('finds none where there are no rows', () => {
    expect([findCopiesFast([]), findKeptCopiesFast([])]).toEqual([new Map(), new Map()])
  })
})

describe('a store of codes', () => {
  it('tells all rows that reach a cosine, at the very hundredth too, while others ask', () => {
    const cases = codeCounts.chain((k) =>
      fc.record({
        k: fc.constant(k),
        list: sketchesOf(k, 20),
        query: sketchOf(k),
        percent: fc.constantFrom(60, 70, 80, 100),
      }),
    )
    fc.assert(
      fc.property(cases, ({ k, list, query, percent }) => {
        const store = createCodeStore(k, list.length)
        store.add(packed(list))
        const expected = list.flatMap((row, position) =>
          reaches(percent, dot(row, query), dot(row, row), dot(query, query)) ? [position] : [],
        )
        const told: number[] = []
        for (const position of store.near(query, percent)) {
          store.best(list[position] as Int8Array, 1)
          told.push(position)
        }
        expect(told).toEqual(expected)
      }),
      { numRuns: 200 },
    )
  })

  it('tells them all where thousands are close, in as many goes as it takes', () => {
    const next = randomSource(43)
    const pattern = codes(next, 64)
    const crowd = Array.from({ length: 5_003 }, () => nearby(next, pattern))
    const store = createCodeStore(64, crowd.length)
    store.add(packed(crowd))
    const expected = crowd.flatMap((row, position) =>
      reaches(70, dot(row, pattern), dot(row, row), dot(pattern, pattern)) ? [position] : [],
    )
    expect([...store.near(pattern, 70)]).toEqual(expected)
    expect(expected.length).toBeGreaterThan(2_000)
  })

  it('refuses more than it has room for', () => {
    const store = createCodeStore(64, 1)
    store.add(packed([new Int8Array(64).fill(1)]))
    expect(() => store.add(packed([new Int8Array(64)]))).toThrow('do not fit a store of 1 rows that holds 1')
    expect(() => createCodeStore(256, 2 ** 26)).toThrow('do not fit the 4 GiB')
  })
})
