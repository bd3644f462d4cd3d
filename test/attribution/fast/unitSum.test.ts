import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { unitSumFast } from '../../../attribution/fast/unitSum.ts'
import { randomSource } from '../../../attribution/random.ts'
import { unitSum } from '../../../attribution/unitSketch.ts'
import { codes, integer } from '../../vectors/draw.ts'
import { codeCounts, countedRows } from '../draws.ts'
import { packed } from './draw.ts'

describe('the fast sum of a unit’s rows', () => {
  it('is the plain one, of any rows and every length', () => {
    const drawn = codeCounts.chain((k) => fc.record({ k: fc.constant(k), rows: countedRows(k, 17) }))
    fc.assert(
      fc.property(drawn, ({ k, rows }) => {
        const multipliers = Uint16Array.from(rows, ({ multiplier }) => multiplier)
        expect(unitSumFast(packed(rows.map((row) => row.codes)), multipliers, k)).toEqual(unitSum(rows, k))
      }),
    )
  })

  it('is the plain one of thousands of rows, in several stretches', () => {
    const next = randomSource(61)
    const rows = Array.from({ length: 9_001 }, () => ({ multiplier: integer(next, 4_097), codes: codes(next, 64) }))
    const multipliers = Uint16Array.from(rows, ({ multiplier }) => multiplier)
    expect(unitSumFast(packed(rows.map((row) => row.codes)), multipliers, 64)).toEqual(unitSum(rows, 64))
  })

  it('holds as many rows as a unit has, as heavy as they can be, beside as many dropped ones', () => {
    const heavy = [7, -7].map((code) => {
      const rows = Array.from({ length: 1024 }, () => new Int8Array(64).fill(code))
      const multipliers = new Uint16Array(2048).fill(65_535, 0, 1024)
      return unitSumFast(packed([...rows, ...rows]), multipliers, 64)
    })
    expect(heavy).toEqual([new Int32Array(64).fill(469_754_880), new Int32Array(64).fill(-469_754_880)])
  })

  it('takes whole rows of a length that models have', () => {
    expect(() => unitSumFast(new Uint8Array(33), new Uint16Array(1), 64)).toThrow('33 bytes are no 1 rows of 32.')
    expect(() => unitSumFast(new Uint8Array(32), new Uint16Array(1), 65)).toThrow('A sketch cannot have 65 codes')
  })
})
