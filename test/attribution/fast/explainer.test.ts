import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { explain } from '../../../attribution/explanation.ts'
import { explainerOf } from '../../../attribution/fast/explainer.ts'
import { signsOf } from '../../../attribution/querySketch.ts'
import { randomSource } from '../../../attribution/random.ts'
import { packSketch } from '../../../attribution/sketch.ts'
import type { CountedRow } from '../../../attribution/unitSketch.ts'
import { bytes, codes, integer, nearby } from '../../vectors/draw.ts'
import { codeCounts } from '../draws.ts'
import { sketchesOf, sketchOf } from './draw.ts'

const packedUnits = (units: readonly (readonly CountedRow[])[]) =>
  units.map((rows) => rows.map(({ multiplier, codes: row }) => ({ multiplier, sketch: packSketch(row) })))

describe('an explainer', () => {
  it('names the rows that the plain explanation names: extremes, zeros and ties, of every length', () => {
    const cases = codeCounts.chain((k) =>
      fc.record({
        k: fc.constant(k),
        rows: sketchesOf(k, 24),
        multipliers: fc.array(fc.oneof(fc.constantFrom(0, 1, 65_535), fc.integer({ min: 0, max: 600 })), {
          minLength: 24,
          maxLength: 24,
        }),
        cut: fc.nat(24),
        query: fc.oneof(sketchOf(k), fc.uint8Array({ minLength: k / 8, maxLength: k / 8 }).map(signsOf)),
        count: fc.integer({ min: 0, max: 16 }),
      }),
    )
    fc.assert(
      fc.property(cases, ({ k, rows, multipliers, cut, query, count }) => {
        const counted = rows.map((row, i) => ({ multiplier: multipliers[i] as number, codes: row }))
        const units = [counted.slice(0, cut), [], counted.slice(cut)]
        expect(explainerOf(packedUnits(units), k)(query, count)).toEqual(explain(query, units, count))
      }),
      { numRuns: 300 },
    )
  })

  it('names them among many, where almost every row is passed over', () => {
    const next = randomSource(31)
    const units = Array.from({ length: 20 }, () =>
      Array.from({ length: 1_001 }, () => ({ multiplier: integer(next, 700), codes: codes(next, 64) })),
    )
    const explainer = explainerOf(packedUnits(units), 64)
    for (let i = 0; i < 20; i++) {
      const row = units[i]?.[i * 50] as CountedRow
      const query = i % 2 === 0 ? signsOf(bytes(next, 8)) : nearby(next, row.codes)
      expect(explainer(query, 16)).toEqual(explain(query, units, 16))
    }
  })

  it('keeps up with terms that only ever rise, or fall', () => {
    const rising = Array.from({ length: 60 }, (_, i) => ({
      multiplier: 9,
      codes: Int8Array.from({ length: 64 }, (_, d) => (d <= i ? 7 : -7)),
    }))
    const query = new Int8Array(64).fill(1)
    for (const rows of [rising, rising.toReversed()]) {
      expect(explainerOf(packedUnits([rows]), 64)(query, 16)).toEqual(explain(query, [rows], 16))
    }
  })

  it('names no rows where there are none', () => {
    expect(explainerOf([], 64)(new Int8Array(64).fill(1), 8)).toEqual({ for: [], against: [] })
  })

  it('refuses a number of rows that it has no room for, and a query of another length', () => {
    const explainer = explainerOf([], 64)
    for (const count of [-1, 1_025, 1.5]) {
      expect(() => explainer(new Int8Array(64), count)).toThrow(`An answer cannot be explained by ${count} rows`)
    }
    expect(() => explainer(new Int8Array(128), 1)).toThrow('A query of 128 codes was asked of rows of 64')
  })
})
