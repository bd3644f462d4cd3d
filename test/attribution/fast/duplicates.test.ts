import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findDuplicates, isDuplicate } from '../../../attribution/duplicates.ts'
import { findDuplicatesFast } from '../../../attribution/fast/duplicates.ts'
import { createSketchStore } from '../../../attribution/fast/sketchStore.ts'
import { randomSource } from '../../../attribution/random.ts'
import { dot } from '../../../attribution/score.ts'
import { codes, integer, nearby } from '../../vectors/draw.ts'
import { dims, packed, sketchesOf, sketchOf } from './draw.ts'

describe('the fast search for duplicates', () => {
  it('finds the rows that the plain one finds', () => {
    const accepted = dims.chain((size) =>
      sketchesOf(size, 30).map((list) => list.map((sketch, i) => ({ row: 100 - i, codes: sketch }))),
    )
    fc.assert(
      fc.property(accepted, (rows) => {
        expect([...findDuplicatesFast(rows)]).toEqual([...findDuplicates(rows)])
      }),
      { numRuns: 200 },
    )
  })

  it('finds them among thousands of rows, most of which are close to each other', () => {
    const next = randomSource(41)
    const pattern = codes(next, 64)
    const rows = Array.from({ length: 3_000 }, (_, row) => ({
      row,
      codes: integer(next, 10) === 0 ? codes(next, 64) : nearby(next, pattern),
    }))
    const found = findDuplicatesFast(rows)
    expect([...found]).toEqual([...findDuplicates(rows)])
    expect(found.size).toBeGreaterThan(50)
  })

  it('finds none where there are no rows', () => {
    expect(findDuplicatesFast([])).toEqual(new Map())
  })
})

describe('a store of sketches', () => {
  it('tells all that count as one with a query, at the very threshold too, while others ask', () => {
    const cases = dims.chain((size) =>
      fc.record({ size: fc.constant(size), list: sketchesOf(size, 20), query: sketchOf(size) }),
    )
    fc.assert(
      fc.property(cases, ({ size, list, query }) => {
        const store = createSketchStore(size, list.length)
        store.add(packed(list))
        const expected = list.flatMap((sketch, position) =>
          isDuplicate(dot(sketch, query), dot(sketch, sketch), dot(query, query)) ? [position] : [],
        )
        const told: number[] = []
        for (const position of store.duplicatesOf(query)) {
          store.top(list[position] as Int8Array, 1)
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
    const store = createSketchStore(64, crowd.length)
    store.add(packed(crowd))
    const expected = crowd.flatMap((sketch, position) =>
      isDuplicate(dot(sketch, pattern), dot(sketch, sketch), dot(pattern, pattern)) ? [position] : [],
    )
    expect([...store.duplicatesOf(pattern)]).toEqual(expected)
    expect(expected.length).toBeGreaterThan(2_000)
  })

  it('refuses more than it has room for, and a query of another length', () => {
    const store = createSketchStore(64, 1)
    store.add(packed([new Int8Array(64).fill(1)]))
    expect(() => store.add(packed([new Int8Array(64)]))).toThrow('do not fit a store of 1 sketches')
    expect(() => store.top(new Int8Array(128), 1)).toThrow('128 codes')
    expect(() => createSketchStore(256, 2 ** 26)).toThrow('do not fit the 4 GiB')
  })
})
