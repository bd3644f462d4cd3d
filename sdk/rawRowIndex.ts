// A row index as its bytes lie, whatever they say: what is committed to may hold rows that no honest index has, and a proof shows those as
// they are. attribution/rowIndex.ts reads one that is sound.
//
//   header  "AttrIdx3" (8) ‖ k uint32 ‖ units uint32 ‖ rows uint32
//   unit    rows uint32 ‖ row …
//   row     itemHash bytes32 ‖ mult uint16 ‖ codes k/2 bytes, and 6 bytes more where mult = 0

import { bytesToHex, type Hex } from 'viem'
import { keccak } from '../attribution/keccak.ts'
import { orderedRoot } from '../attribution/orderedMerkle.ts'
import type { IndexRow, RowIndex } from '../attribution/rowIndex.ts'
import { type UnitHeader, unitLeaf } from '../attribution/rowIndexTree.ts'
import { StopError } from './errors.ts'

export interface RawRowIndex {
  readonly k: number
  /** The bytes of each unit's rows. */
  readonly units: readonly (readonly Uint8Array[])[]
}

const MAGIC = '0x4174747249647833'
const HEADER_BYTES = 20
const MULTIPLIER_AT = 32
const CODES_AT = 34
const TWIN_BYTES = 6

/** Cuts a file into rows; refuses one that is none. */
export function splitRowIndex(file: Uint8Array): RawRowIndex {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  if (file.length < HEADER_BYTES || bytesToHex(file.subarray(0, 8)) !== MAGIC) throw notAnIndex(file.length, 0)
  const [k, unitCount] = [view.getUint32(8), view.getUint32(12)]
  let at = HEADER_BYTES
  const take = (bytes: number): number => {
    at += bytes
    if (at > file.length) throw notAnIndex(file.length, at)
    return at - bytes
  }
  const units: Uint8Array[][] = []
  while (units.length < unitCount) {
    const count = view.getUint32(take(4))
    const rows: Uint8Array[] = []
    while (rows.length < count) {
      const start = take(CODES_AT + k / 2)
      if (multiplierOf(file.subarray(start)) === 0) take(TWIN_BYTES)
      rows.push(file.subarray(start, at))
    }
    units.push(rows)
  }
  if (at !== file.length) throw notAnIndex(file.length, at)
  return { k, units }
}

/** A row's multiplier: 0 of a dropped one. */
export function multiplierOf(row: Uint8Array): number {
  return ((row[MULTIPLIER_AT] ?? 0) << 8) | (row[MULTIPLIER_AT + 1] ?? 0)
}

/** A row's packed codes. */
export function packedCodesOf(row: Uint8Array, k: number): Uint8Array {
  return row.subarray(CODES_AT, CODES_AT + k / 2)
}

/** The kept row that a dropped one names. */
export function twinOf(row: Uint8Array, k: number): { readonly unit: number; readonly row: number } {
  const view = new DataView(row.buffer, row.byteOffset + CODES_AT + k / 2, TWIN_BYTES)
  return { unit: view.getUint16(0), row: view.getUint32(2) }
}

export function itemHashOf(row: Uint8Array): Hex {
  return bytesToHex(row.subarray(0, MULTIPLIER_AT))
}

/** The same rows as attribution/rowIndex.ts reads them, unchecked. */
export function rowIndexOf({ k, units }: RawRowIndex): RowIndex {
  const readRow = (row: Uint8Array): IndexRow => {
    const multiplier = multiplierOf(row)
    const read = { itemHash: itemHashOf(row), multiplier, sketch: packedCodesOf(row, k) }
    return multiplier > 0 ? read : { ...read, copies: twinOf(row, k) }
  }
  return { k, units: units.map((rows) => rows.map(readRow)) }
}

/** What the leaves of its units hold. @param contributions Whose each unit is: `unitContributions` of the model's plan. */
export function rawUnitHeaders({ units }: RawRowIndex, contributions: readonly Hex[]): readonly UnitHeader[] {
  return units.map((rows, unit) => ({
    rowsRoot: orderedRoot(rows.map((row) => keccak(row))),
    rows: rows.length,
    kept: rows.filter((row) => multiplierOf(row) !== 0).length,
    contribution: contributions[unit] ?? NO_CONTRIBUTION,
  }))
}

export function rawIndexRoot(headers: readonly UnitHeader[]): Hex {
  return orderedRoot(headers.map(unitLeaf))
}

const NO_CONTRIBUTION: Hex = `0x${'00'.repeat(32)}`

function notAnIndex(length: number, at: number): StopError {
  return new StopError(
    `A file of ${length} bytes is no row index: it is malformed at byte ${at}`,
    { length, at },
    'Fetch it again and compare its keccak256 with what the model was registered with.',
  )
}
