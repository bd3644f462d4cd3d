import { describe, expect, it } from 'vitest'
import { findKeptCopiesFast } from '../../attribution/fast/nearCopies.ts'
import type { IndexRow, RowIndex } from '../../attribution/rowIndex.ts'
import { findRowIndexFaults, type RegisteredUnit } from '../../attribution/rowIndexFindings.ts'
import { type UnitHeader, unitHeaders } from '../../attribution/rowIndexTree.ts'
import { packSketch, unpackSketch } from '../../attribution/sketch.ts'
import { unitSketch, unitSum } from '../../attribution/unitSketch.ts'
import { soundModel } from './soundModel.ts'

const { index, contributions, registered } = soundModel()
const rowAt = (unit: number, row: number) => index.units[unit]?.[row] as IndexRow

/** The index with one of its rows changed. */
function withRow(unit: number, row: number, changes: Partial<IndexRow>): RowIndex {
  const rows = index.units[unit] as readonly IndexRow[]
  return { ...index, units: index.units.with(unit, rows.with(row, { ...rowAt(unit, row), ...changes })) }
}

/** An index's own roots, counts and sketches, registered as they are. */
function registeredAs(changed: RowIndex): readonly RegisteredUnit[] {
  const headers = unitHeaders(changed, contributions)
  return changed.units.map((rows, u) => {
    const counted = rows.map(({ multiplier, sketch }) => ({ multiplier, codes: unpackSketch(sketch) }))
    return { ...unitSketch(unitSum(counted, index.k)), ...(headers[u] as UnitHeader) }
  })
}

describe('the faults of a row index', () => {
  it('are none where its rows make up the registered units', () => {
    expect(findRowIndexFaults(index, registered)).toEqual([])
    expect(findRowIndexFaults(index, registered, findKeptCopiesFast)).toEqual([])
  })

  it('are the unit whose root, rows, kept rows, peak or codes are not those of its rows', () => {
    const [first, second, third] = registered as [RegisteredUnit, RegisteredUnit, RegisteredUnit]
    const code = first.codes[7] as number
    const other = code === 7 ? 6 : code + 1
    const changed = [
      { ...first, codes: first.codes.with(7, other) },
      { ...second, peak: second.peak + 1 },
      { ...third, rowsRoot: first.rowsRoot, rows: 6, kept: 3 },
    ]
    expect(findRowIndexFaults(index, changed)).toEqual([
      { fault: 'code', unit: 0, dimension: 7, registered: other, found: code },
      { fault: 'peak', unit: 1, registered: second.peak + 1, found: second.peak },
      { fault: 'root', unit: 2, registered: first.rowsRoot, found: third.rowsRoot },
      { fault: 'rows', unit: 2, registered: 6, found: 5 },
      { fault: 'count', unit: 2, registered: 3, found: 4 },
    ])
  })

  it('are rows above their caps that point along T, and none that point against it', () => {
    const heavy = withRow(1, 0, { multiplier: 60_000 })
    expect(findRowIndexFaults(heavy, registeredAs(heavy))).toEqual([
      { fault: 'above cap', unit: 1, row: 0, multiplier: 60_000, cap: expect.any(Number) },
    ])
    // The same row turned round, a third as heavy: T still points the first one's way.
    const opposite = packSketch(unpackSketch(rowAt(1, 0).sketch).map((code) => -code))
    const units = heavy.units.with(2, [
      ...(heavy.units[2] ?? []),
      { ...rowAt(2, 0), multiplier: 20_000, sketch: opposite },
    ])
    const against = { ...index, units }
    expect(findRowIndexFaults(against, registeredAs(against))).toEqual([
      expect.objectContaining({ fault: 'above cap', unit: 1, row: 0 }),
    ])
  })

  it('are rows of zeros that count more than 1, for that is their cap', () => {
    expect(rowAt(2, 2).multiplier).toBe(1)
    const changed = withRow(2, 2, { multiplier: 2 })
    expect(findRowIndexFaults(changed, registeredAs(changed))).toEqual([
      { fault: 'above cap', unit: 2, row: 2, multiplier: 2, cap: 1 },
    ])
  })

  it('are dropped rows that copy nothing, a dropped row such as themselves, or a row that they are not close to', () => {
    const naming = (unit: number, row: number) => {
      const changed = withRow(0, 4, { copies: { unit, row } })
      return findRowIndexFaults(changed, registeredAs(changed))
    }
    expect(naming(3, 0)).toEqual([{ fault: 'copies nothing', unit: 0, row: 4, copies: { unit: 3, row: 0 } }])
    expect(naming(0, 5)).toEqual([{ fault: 'copies nothing', unit: 0, row: 4, copies: { unit: 0, row: 5 } }])
    expect(naming(1, 4)).toEqual([{ fault: 'copies a dropped row', unit: 0, row: 4, copies: { unit: 1, row: 4 } }])
    expect(naming(0, 4)).toEqual([{ fault: 'copies a dropped row', unit: 0, row: 4, copies: { unit: 0, row: 4 } }])
    expect(naming(1, 3)).toEqual([{ fault: 'no copy', unit: 0, row: 4, copies: { unit: 1, row: 3 } }])
    expect(naming(2, 2)).toEqual([{ fault: 'no copy', unit: 0, row: 4, copies: { unit: 2, row: 2 } }])
  })

  it('are rows that copy an earlier one and are kept', () => {
    const { copies: _, ...copy } = rowAt(1, 4)
    const rows = index.units[1] as readonly IndexRow[]
    const changed = { ...index, units: index.units.with(1, rows.with(4, { ...copy, multiplier: 1 })) }
    const [plain, fast] = [undefined, findKeptCopiesFast].map((search) =>
      findRowIndexFaults(changed, registeredAs(changed), search),
    )
    expect(plain).toEqual([{ fault: 'kept copy', unit: 1, row: 4, earlier: { unit: 1, row: 3 } }])
    expect(fast).toEqual(plain)
  })

  it('cannot be looked for in the index of another model', () => {
    expect(() => findRowIndexFaults(index, registered.slice(1))).toThrow(
      'A row index of 3 units of 64 codes is not that of a model of 2 units',
    )
  })
})
