// What any reader of a row index can check: whether its rows make up the units that are registered,
// and what each fault is.
//
//   root, rows, count   rows lead to the registered root of the unit, as many rows and kept ones
//   code, peak          R_u = Σ mult · code reproduces the registered sketch
//   above cap           mult > cap although code · T ≥ 0, T from the registered sketches
//   copies              a dropped row names a kept row and reaches 60 with it;  no two kept rows reach 80
//
// docs/protocol.md, "Units", "Near-copies", "Row index". row index, registered units → findings,
// fault by fault.

import type { Hex } from 'viem'
import { isAboveCap } from './cappedRows.ts'
import { dot } from './codes.ts'
import { totalOf } from './fixedWeights.ts'
import { MalformedError } from './malformed.ts'
import { capOf } from './multipliers.ts'
import { findKeptCopies, isCopy, type KeptSearch } from './nearCopies.ts'
import { type IndexRow, isKept, type RowIndex, type RowPlace } from './rowIndex.ts'
import { rowsRootOf, type UnitHeader } from './rowIndexTree.ts'
import { unpackSketch } from './sketch.ts'
import { type CountedRow, scaledUnits, type UnitSketch, unitSketch, unitSum } from './unitSketch.ts'

/** A unit as it was registered. */
export type RegisteredUnit = UnitSketch & Omit<UnitHeader, 'contribution'>

export type Finding =
  | { readonly fault: 'root'; readonly unit: number; readonly registered: Hex; readonly found: Hex }
  | {
      /** `count`: of kept rows. */
      readonly fault: 'rows' | 'count' | 'peak'
      readonly unit: number
      readonly registered: number
      readonly found: number
    }
  | {
      readonly fault: 'code'
      readonly unit: number
      /** The first dimension whose code differs. */
      readonly dimension: number
      readonly registered: number
      readonly found: number
    }
  | ({ readonly fault: 'above cap'; readonly multiplier: number; readonly cap: number } & RowPlace)
  | ({ readonly fault: 'copies nothing' | 'copies a dropped row' | 'no copy'; readonly copies: RowPlace } & RowPlace)
  | ({ readonly fault: 'kept copy'; readonly earlier: RowPlace } & RowPlace)

/**
 * Everything about a row index that a challenge could prove false.
 * @param search How near-copies among kept rows are found: it takes nearly all of the time.
 */
export function findRowIndexFaults(
  index: RowIndex,
  registered: readonly RegisteredUnit[],
  search: KeptSearch = findKeptCopies,
): readonly Finding[] {
  checkShape(index, registered)
  const rows = index.units.map((unit) =>
    unit.map(({ multiplier, sketch }) => ({ multiplier, codes: unpackSketch(sketch) })),
  )
  return [
    ...registered.flatMap((unit, u) => unitFindings(u, unit, index.units[u] as IndexRow[], rows[u] as CountedRow[])),
    ...capFindings(rows, totalOf(scaledUnits(registered))),
    ...droppedFindings(index, rows),
    ...keptFindings(index, rows, search),
  ]
}

function unitFindings(
  unit: number,
  registered: RegisteredUnit,
  rows: readonly IndexRow[],
  counted: readonly CountedRow[],
): readonly Finding[] {
  const rowsRoot = rowsRootOf(rows)
  const kept = rows.filter(isKept).length
  const { peak, codes } = unitSketch(unitSum(counted, registered.codes.length))
  const findings: Finding[] = []
  if (rowsRoot !== registered.rowsRoot.toLowerCase()) {
    findings.push({ fault: 'root', unit, registered: registered.rowsRoot, found: rowsRoot })
  }
  if (rows.length !== registered.rows) {
    findings.push({ fault: 'rows', unit, registered: registered.rows, found: rows.length })
  }
  if (kept !== registered.kept) findings.push({ fault: 'count', unit, registered: registered.kept, found: kept })
  if (peak !== registered.peak) findings.push({ fault: 'peak', unit, registered: registered.peak, found: peak })
  const dimension = codes.findIndex((code, d) => code !== registered.codes[d])
  if (dimension >= 0) {
    const found = codes[dimension] as number
    findings.push({ fault: 'code', unit, dimension, registered: registered.codes[dimension] as number, found })
  }
  return findings
}

function capFindings(units: readonly (readonly CountedRow[])[], total: Float64Array): readonly Finding[] {
  return units.flatMap((rows, unit) =>
    rows.flatMap((counted, row): readonly Finding[] => {
      if (!isAboveCap(counted, total)) return []
      const { multiplier, codes } = counted
      return [{ fault: 'above cap', unit, row, multiplier, cap: capOf(dot(codes, codes)) }]
    }),
  )
}

function droppedFindings({ units }: RowIndex, rows: readonly (readonly CountedRow[])[]): readonly Finding[] {
  return units.flatMap((unitRows, unit) =>
    unitRows.flatMap((entry, row): readonly Finding[] => {
      const { copies } = entry
      if (copies === undefined || isKept(entry)) return []
      const named = units[copies.unit]?.[copies.row]
      if (named === undefined) return [{ fault: 'copies nothing', unit, row, copies }]
      if (!isKept(named)) return [{ fault: 'copies a dropped row', unit, row, copies }]
      const close = isCopy(codesAt(rows, { unit, row }), codesAt(rows, copies))
      return close ? [] : [{ fault: 'no copy', unit, row, copies }]
    }),
  )
}

function keptFindings(
  { units }: RowIndex,
  rows: readonly (readonly CountedRow[])[],
  search: KeptSearch,
): readonly Finding[] {
  const kept = units.flatMap((unitRows, unit) =>
    unitRows.flatMap((entry, row) => (isKept(entry) ? [{ unit, row }] : [])),
  )
  return [...search(kept.map((place) => codesAt(rows, place)))].map(([at, earlier]) => ({
    fault: 'kept copy',
    ...(kept[at] as RowPlace),
    earlier: kept[earlier] as RowPlace,
  }))
}

function codesAt(rows: readonly (readonly CountedRow[])[], { unit, row }: RowPlace): Int8Array {
  const counted = rows[unit]?.[row] as CountedRow
  return counted.codes
}

function checkShape({ k, units }: RowIndex, registered: readonly RegisteredUnit[]): void {
  if (registered.length === units.length && registered.every(({ codes }) => codes.length === k)) return
  throw new MalformedError(
    `A row index of ${units.length} units of ${k} codes is not that of a model of ${registered.length} units`,
    { units: units.length, codes: k, registered: registered.length },
    'Fetch the file that the model names, and compare its keccak256.',
  )
}
