import fc from 'fast-check'
import { hexToBytes } from 'viem'
import { describe, expect, it } from 'vitest'
import { attribute, candidatesOf } from '../../../attribution/attribution.ts'
import { attributorOf } from '../../../attribution/fast/attributor.ts'
import { randomSource } from '../../../attribution/random.ts'
import { packSketch, unpackSketch } from '../../../attribution/sketch.ts'
import { codes, nearby } from '../../vectors/draw.ts'
import { readVectors } from '../../vectors/read.ts'
import type { attributionVectors } from '../../vectors/scores.ts'
import { dims, sketchesOf, sketchOf } from './draw.ts'

const entriesOf = (rows: readonly { readonly row: number; readonly codes: Int8Array }[]) =>
  rows.map(({ row, codes: sketch }) => ({ row, sketch: packSketch(sketch) }))

describe('an attributor', () => {
  it('credits what the plain rule credits: extremes, zeros and ties, of every length', () => {
    const cases = dims.chain((size) =>
      fc.record({
        size: fc.constant(size),
        rows: sketchesOf(size, 24).chain((list) =>
          fc.shuffledSubarray(
            list.map((sketch, i) => ({ row: 3 * i + 1, codes: sketch })),
            { minLength: list.length },
          ),
        ),
        query: sketchOf(size),
        topK: fc.integer({ min: 0, max: 16 }),
      }),
    )
    fc.assert(
      fc.property(cases, ({ size, rows, query, topK }) => {
        const expected = attribute(query, candidatesOf(rows, size), topK)
        expect(attributorOf(entriesOf(rows), size)(query, topK)).toEqual(expected)
      }),
      { numRuns: 300 },
    )
  })

  it('credits what the plain rule credits among many, where almost every row is passed over', () => {
    const next = randomSource(31)
    const rows = Array.from({ length: 20_001 }, (_, row) => ({ row, codes: codes(next, 64) }))
    const candidates = candidatesOf(rows, 64)
    const attributor = attributorOf(entriesOf(rows), 64)
    for (let i = 0; i < 20; i++) {
      const query = i % 2 === 0 ? codes(next, 64) : nearby(next, (rows[i * 1000] as (typeof rows)[number]).codes)
      expect(attributor(query, 16)).toEqual(attribute(query, candidates, 16))
    }
  })

  it('keeps up with scores that only ever rise, and finds the first of many equals', () => {
    const rising = Array.from({ length: 60 }, (_, i) => ({
      row: i,
      codes: Int8Array.from({ length: 64 }, (_, d) => (d <= i ? 7 : -7)),
    }))
    const query = new Int8Array(64).fill(7)
    expect(attributorOf(entriesOf(rising), 64)(query, 16)).toEqual(attribute(query, candidatesOf(rising, 64), 16))
    const equal = Array.from({ length: 60 }, (_, i) => ({ row: i, codes: new Int8Array(64).fill(1 + (i % 7)) }))
    expect(attributorOf(entriesOf(equal), 64)(query, 4).map(({ row }) => row)).toEqual(
      attribute(query, candidatesOf(equal, 64), 4).map(({ row }) => row),
    )
  })

  it('credits what the vectors say', () => {
    for (const vector of readVectors<ReturnType<typeof attributionVectors>[number]>('attributions.json')) {
      const rows = vector.rows.map(({ row, sketch }) => ({ row, sketch: hexToBytes(sketch) }))
      const query = unpackSketch(hexToBytes(vector.query))
      expect(attributorOf(rows, 64)(query, vector.topK)).toEqual(vector.credited)
    }
  })

  it('credits nobody where there are no rows', () => {
    expect(attributorOf([], 64)(new Int8Array(64).fill(1), 8)).toEqual([])
  })

  it('refuses a number of rows that no model credits', () => {
    const attributor = attributorOf([], 64)
    for (const topK of [-1, 17, 1.5]) expect(() => attributor(new Int8Array(64), topK)).toThrow(`to ${topK} rows`)
  })
})
