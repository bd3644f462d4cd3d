// A run's rows → the units that its contributors are paid by, and the row index that anyone holds them to. Integers from the codes on, so
// the same run gives the same bytes.
//
//   codes → near-copies → kept → multipliers → units → capped multipliers, unit sketches → row index
//
// docs/protocol.md, "Multipliers", "Units", "Near-copies", "Row index".

import type { Hex } from 'viem'
import { capRows } from '../../attribution/cappedRows.ts'
import { findCopiesFast } from '../../attribution/fast/nearCopies.ts'
import { totalOf } from '../../attribution/fixedWeights.ts'
import type { Rows } from '../../attribution/matrix.ts'
import { multipliersOf } from '../../attribution/multipliers.ts'
import { encodeRowIndex, type IndexRow, type RowIndex, type RowPlace } from '../../attribution/rowIndex.ts'
import { rowIndexRoot, type UnitHeader, unitHeaders } from '../../attribution/rowIndexTree.ts'
import { packSketch } from '../../attribution/sketch.ts'
import type { GivenUnit } from '../../attribution/unitPages.ts'
import { planUnits, type UnitPlan, unitContributions } from '../../attribution/unitPlan.ts'
import { rowsOfUnits } from '../../attribution/unitRows.ts'
import { scaledUnits } from '../../attribution/unitSketch.ts'

/** A training row: whose it is, and which committed item. */
export interface SourceRow {
  readonly contribution: Hex
  readonly itemHash: Hex
}

export interface RowSketches {
  /** By row number, in training order. */
  readonly codes: readonly Int8Array[]
  /** What the codes were quantised from. */
  readonly mapped: Rows
}

export interface UnitIndex {
  readonly plan: UnitPlan
  /** Every unit as it is registered. */
  readonly given: readonly GivenUnit[]
  /** T. */
  readonly total: Float64Array
  readonly index: RowIndex
  readonly file: Uint8Array
  readonly headers: readonly UnitHeader[]
  readonly root: Hex
  /** Dropped rows, each with the kept row that it copies. */
  readonly copies: ReadonlyMap<number, number>
}

/**
 * @param contributions Of all versions, each with its items; those without a row of the run too.
 * @param copies Rows that were dropped before the last training.
 */
export function buildUnitIndex(
  rows: readonly SourceRow[],
  { codes, mapped }: RowSketches,
  contributions: readonly { readonly id: Hex; readonly items: number }[],
  copies: ReadonlyMap<number, number>,
): UnitIndex {
  const k = mapped.width
  const kept = rows.map((_, row) => !copies.has(row))
  const ordered = contributions.toSorted((a, b) => (a.id < b.id ? -1 : 1))
  const placeOf = new Map(ordered.map(({ id }, place) => [id, place]))
  const contributed = rows.map(({ contribution }, row) => ({
    contribution: placeOf.get(contribution) ?? -1,
    kept: kept[row] as boolean,
  }))
  const keptOf = new Uint32Array(ordered.length)
  for (const row of contributed) if (row.kept) keptOf[row.contribution] = (keptOf[row.contribution] as number) + 1
  const plan = planUnits(ordered.map((one, place) => ({ ...one, kept: keptOf[place] as number })))
  const { rowsOf, unitOf } = rowsOfUnits(plan, contributed)
  const { multipliers } = multipliersOf(mapped, codes, kept)
  const counted = rowsOf.map((unit) =>
    unit.map((row) => ({ multiplier: multipliers[row] as number, codes: codes[row] as Int8Array })),
  )
  const capped = capRows(counted, k)

  const placeInUnit = new Map(rowsOf.flatMap((unit) => unit.map((row, place): [number, number] => [row, place])))
  const placed = (row: number): RowPlace => ({ unit: unitOf[row] as number, row: placeInUnit.get(row) as number })
  const index: RowIndex = {
    k,
    units: rowsOf.map((unit, u) =>
      unit.map((row, place): IndexRow => {
        const source = rows[row] as SourceRow
        const original = copies.get(row)
        return {
          itemHash: source.itemHash,
          multiplier: capped.multipliers[u]?.[place] as number,
          sketch: packSketch(codes[row] as Int8Array),
          ...(original !== undefined && { copies: placed(original) }),
        }
      }),
    ),
  }
  const headers = unitHeaders(index, unitContributions(plan))
  return {
    plan,
    given: capped.sketches.map((sketch, u) => {
      const { rowsRoot, rows: count } = headers[u] as UnitHeader
      return { ...sketch, rowsRoot, rows: count }
    }),
    total: totalOf(scaledUnits(capped.sketches)),
    index,
    file: encodeRowIndex(index),
    headers,
    root: rowIndexRoot(headers),
    copies,
  }
}

/**
 * Near-copies of earlier rows, in the order in which contributions were accepted: what a pipeline drops before its last training.
 * @param acceptedAt When each contribution was accepted.
 */
export function findRunCopies(
  rows: readonly SourceRow[],
  codes: readonly Int8Array[],
  acceptedAt: ReadonlyMap<Hex, number>,
): ReadonlyMap<number, number> {
  const order = rows
    .map(({ contribution }, row) => ({ row, accepted: acceptedAt.get(contribution) as number }))
    .toSorted((a, b) => a.accepted - b.accepted || a.row - b.row)
    .map(({ row }) => row)
  const copies = findCopiesFast(order.map((row) => codes[row] as Int8Array))
  return new Map([...copies].map(([copy, original]) => [order[copy] as number, order[original] as number]))
}
