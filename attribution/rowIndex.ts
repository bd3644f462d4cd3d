// The row index: all rows of a model as one content-addressed file, from which anyone explains
// answers and checks units.
//
//   header  "AttrIdx3" (8) ‖ k uint32 ‖ units uint32 ‖ rows uint32
//   unit    rows uint32 ‖ row …
//   row     itemHash bytes32 ‖ mult uint16 ‖ codes k/2 bytes
//           where mult = 0: ‖ unit uint16 ‖ row uint32 of the kept row that it copies
//
// docs/protocol.md, "Row index". units of rows ⇄ bytes → hash.
//
// A kept row has a multiplier of at least 1, so one of 0 says that a row was dropped. What needs
// more than one row to judge, such as whether a copied row is kept, `rowIndexFindings.ts` judges.

import { bytesToHex, type Hex } from 'viem'
import { bytes32 } from './bytes32.ts'
import { checkCodeCount } from './codes.ts'
import { keccak } from './keccak.ts'
import { MalformedError } from './malformed.ts'
import { findInvalidCode } from './sketch.ts'
import { MAX_UNITS } from './unitPlan.ts'

const MAGIC = new TextEncoder().encode('AttrIdx3')
const HEADER = MAGIC.length + 12
const MULTIPLIER_AT = 32
const SKETCH_AT = MULTIPLIER_AT + 2
const PLACE = 6
const MAX_MULTIPLIER = 65_535

/** Where a row stands: its unit, and its number within it. Both from 0. */
export type RowPlace = { readonly unit: number; readonly row: number }

export type IndexRow = {
  readonly itemHash: Hex
  readonly multiplier: number
  /** Packed codes. */
  readonly sketch: Uint8Array
  /** The kept row that it copies; there exactly where the multiplier is 0. */
  readonly copies?: RowPlace
}

export type RowIndex = {
  readonly k: number
  /** The rows of every unit, in training order. */
  readonly units: readonly (readonly IndexRow[])[]
}

/** The file. */
export function encodeRowIndex({ k, units }: RowIndex): Uint8Array {
  checkCodeCount(k)
  checkUnitCount(units.length)
  const parts = units.flatMap((rows, unit) => {
    checkRowCount(rows.length, unit)
    return [uint32s(rows.length), ...rows.map((row, number) => encodeRow(checkRow(row, { unit, row: number }, k)))]
  })
  const rowCount = units.reduce((sum, rows) => sum + rows.length, 0)
  return joined([MAGIC, uint32s(k, units.length, rowCount), ...parts])
}

/** One row's bytes, of which its leaf is the hash. */
export function encodeRow({ itemHash, multiplier, sketch, copies }: IndexRow): Uint8Array {
  const bytes = new Uint8Array(SKETCH_AT + sketch.length + (copies ? PLACE : 0))
  const view = new DataView(bytes.buffer)
  bytes.set(bytes32(itemHash))
  view.setUint16(MULTIPLIER_AT, multiplier)
  bytes.set(sketch, SKETCH_AT)
  if (copies) {
    view.setUint16(SKETCH_AT + sketch.length, copies.unit)
    view.setUint32(SKETCH_AT + sketch.length + 2, copies.row)
  }
  return bytes
}

/**
 * Reads a file, and refuses what `encodeRowIndex` would not have written. The rows keep its memory.
 */
export function decodeRowIndex(file: Uint8Array): RowIndex {
  if (file.length < HEADER || MAGIC.some((byte, i) => file[i] !== byte)) {
    throw new MalformedError(
      `This is no row index: its ${file.length} bytes do not begin with the header "AttrIdx3"`,
      { length: file.length },
      REMEDY,
    )
  }
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  const [k, unitCount, rowCount] = [view.getUint32(8), view.getUint32(12), view.getUint32(16)]
  checkCodeCount(k)
  checkUnitCount(unitCount)

  let at = HEADER
  const advance = (bytes: number, unit: number, row: number) => {
    at += bytes
    if (at <= file.length) return at - bytes
    throw new MalformedError(
      `A row index of ${file.length} bytes ends within row ${row} of unit ${unit}`,
      { length: file.length, unit, row },
      REMEDY,
    )
  }
  const readRow = (unit: number, number: number): IndexRow => {
    const start = advance(SKETCH_AT + k / 2, unit, number)
    const row = {
      itemHash: bytesToHex(file.subarray(start, start + MULTIPLIER_AT)),
      multiplier: view.getUint16(start + MULTIPLIER_AT),
      sketch: file.subarray(start + SKETCH_AT, start + SKETCH_AT + k / 2),
    }
    if (row.multiplier > 0) return checkRow(row, { unit, row: number }, k)
    const place = advance(PLACE, unit, number)
    const copies = { unit: view.getUint16(place), row: view.getUint32(place + 2) }
    return checkRow({ ...row, copies }, { unit, row: number }, k)
  }
  const units = Array.from({ length: unitCount }, (_, unit) => {
    const count = view.getUint32(advance(4, unit, 0))
    checkRowCount(count, unit)
    const rows: IndexRow[] = []
    while (rows.length < count) rows.push(readRow(unit, rows.length))
    return rows
  })
  checkEnd(rowCount, units, file.length - at)
  return { k, units }
}

/** The name of the file. */
export function rowIndexHash(file: Uint8Array): Hex {
  return keccak(file)
}

/** Whether a row is kept: it counts. */
export function isKept({ multiplier }: IndexRow): boolean {
  return multiplier > 0
}

const REMEDY = 'The file may be truncated or of another model; fetch it again and compare its keccak256.'

function checkUnitCount(units: number): void {
  if (units >= 1 && units <= MAX_UNITS) return
  throw new MalformedError(`A row index cannot have ${units} units`, { units }, `A model has 1 to ${MAX_UNITS}.`)
}

function checkRowCount(rows: number, unit: number): void {
  if (rows > 0) return
  throw new MalformedError(`Unit ${unit} of a row index has no rows`, { unit }, 'Each unit has at least one row.')
}

function checkRow(row: IndexRow, place: RowPlace, k: number): IndexRow {
  const { multiplier, sketch, copies } = row
  const refuse = (what: string, remedy: string) => {
    throw new MalformedError(`Row ${place.row} of unit ${place.unit} ${what}`, place, remedy)
  }
  if (sketch.length !== k / 2) refuse(`has a sketch of ${sketch.length} bytes`, `With ${k} codes it has ${k / 2}.`)
  const invalid = findInvalidCode(sketch)
  if (invalid >= 0) refuse(`has the nibble 0x8 as code ${invalid}`, 'Codes lie between -7 and 7.')
  if (!Number.isInteger(multiplier) || multiplier < 0 || multiplier > MAX_MULTIPLIER) {
    refuse(`has the multiplier ${multiplier}`, `Multipliers are whole numbers from 0 to ${MAX_MULTIPLIER}.`)
  }
  if ((multiplier === 0) !== (copies !== undefined)) {
    const named = copies ? 'names' : 'does not name'
    refuse(
      `has the multiplier ${multiplier} and ${named} a row that it copies`,
      'Rows with the multiplier 0, and no others, name the kept row that they copy.',
    )
  }
  if (copies && !(isUint(copies.unit, 2 ** 16) && isUint(copies.row, 2 ** 32))) {
    refuse(`copies row ${copies.row} of unit ${copies.unit}`, 'Units have 16 bits and rows 32.')
  }
  return row
}

function checkEnd(rowCount: number, units: RowIndex['units'], left: number): void {
  const found = units.reduce((sum, rows) => sum + rows.length, 0)
  if (found !== rowCount) {
    throw new MalformedError(
      `A row index names ${rowCount} rows in its header, but its ${units.length} units have ${found}`,
      { rowCount, units: units.length, found },
      REMEDY,
    )
  }
  if (left === 0) return
  throw new MalformedError(`A row index has ${left} bytes after its last row`, { left }, REMEDY)
}

function isUint(value: number, below: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < below
}

function uint32s(...values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(4 * values.length)
  const view = new DataView(bytes.buffer)
  values.forEach((value, i) => {
    view.setUint32(4 * i, value)
  })
  return bytes
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
