// Showing all rows of a unit in pages: what the pages so far came to, which the contract holds by its hash. Anyone who sends the next page gives
// it along, so it is worked out here as the contract does, to the byte.
//
//   roots   frontier of the tree over the rows: as many as `count` has binary ones; what follows them stays
//   sum     k lanes of 32 bits, Σ mult · (code + 8), where the lanes of the total of units lie too (attribution/unitTotalBytes.ts)
//   fault   the first thing that is wrong with a row by itself
//
// contracts/court/Units.sol. Rows shown to answer a demand are only hashed (`total` undefined).

import { bytesToHex, type Hex, hexToBytes } from 'viem'
import { bytes32 } from '../attribution/bytes32.ts'
import { isAboveCap } from '../attribution/cappedRows.ts'
import { keccakBytes } from '../attribution/keccak.ts'
import { findInvalidCode, unpackSketch } from '../attribution/sketch.ts'
import { laneOf } from '../attribution/unitTotalBytes.ts'
import { multiplierOf, packedCodesOf, twinOf } from './rawRowIndex.ts'

export interface RowsRead {
  readonly count: bigint
  readonly roots: readonly Hex[]
  readonly kept: number
  readonly weight: number
  readonly sum: Hex
  readonly isFalse: boolean
  readonly fault: number
}

/** As the contract numbers them. */
export const UNIT_FAULTS = ['FalseSum', 'AboveCap', 'Malformed', 'CopyKept', 'NoCopy', 'Withheld'] as const
export type UnitFault = (typeof UNIT_FAULTS)[number]

/** What rows are compared with. */
export interface ReadingTerms {
  readonly k: number
  readonly unitCount: number
  /** T of the model's units, for the caps of rows; undefined where rows are only shown. */
  readonly total: Float64Array | undefined
}

const MAX_ROOTS = 32
const MAX_KEPT = 1_024
const EIGHT = 8
const NO_ROOT: Hex = `0x${'00'.repeat(32)}`

/** Before the first page. */
export function nothingRead({ k, total }: ReadingTerms): RowsRead {
  return {
    count: 0n,
    roots: Array.from({ length: MAX_ROOTS }, () => NO_ROOT),
    kept: 0,
    weight: 0,
    sum: bytesToHex(new Uint8Array(total === undefined ? 0 : 4 * k)),
    isFalse: false,
    fault: 0,
  }
}

/** After the next rows. */
export function readOn(read: RowsRead, rows: readonly Uint8Array[], terms: ReadingTerms): RowsRead {
  const roots = read.roots.map(bytes32)
  let count = Number(read.count)
  let state = { ...read }
  const sum = hexToBytes(read.sum)
  for (const row of rows) {
    pushLeaf(roots, count++, keccakBytes(row))
    if (terms.total !== undefined) state = addRow(state, sum, row, terms, terms.total)
  }
  return { ...state, count: BigInt(count), roots: roots.map((root) => bytesToHex(root)), sum: bytesToHex(sum) }
}

/** Cuts rows into pages of at most so many bytes. */
export function rowPages(rows: readonly Uint8Array[], most: number): readonly (readonly Uint8Array[])[] {
  const pages: Uint8Array[][] = []
  let bytes = Infinity
  for (const row of rows) {
    if (bytes + row.length > most) {
      pages.push([])
      bytes = 0
    }
    pages.at(-1)?.push(row)
    bytes += row.length
  }
  return pages
}

function addRow(
  read: RowsRead,
  sum: Uint8Array,
  row: Uint8Array,
  { k, unitCount }: ReadingTerms,
  total: Float64Array,
): RowsRead {
  const multiplier = multiplierOf(row)
  const packed = packedCodesOf(row, k)
  if (findInvalidCode(packed) >= 0) return faulty(read, 'Malformed')
  if (multiplier === 0) return twinOf(row, k).unit >= unitCount ? faulty(read, 'Malformed') : read
  if (read.kept === MAX_KEPT) return faulty(read, 'FalseSum')
  const codes = unpackSketch(packed)
  const view = new DataView(sum.buffer, sum.byteOffset)
  codes.forEach((code, d) => {
    view.setUint32(laneOf(d), view.getUint32(laneOf(d)) + multiplier * (code + EIGHT))
  })
  const added = { ...read, kept: read.kept + 1, weight: read.weight + multiplier }
  return isAboveCap({ multiplier, codes }, total) ? faulty(added, 'AboveCap') : added
}

/** The first fault stays. */
function faulty(read: RowsRead, fault: UnitFault): RowsRead {
  return read.isFalse ? read : { ...read, isFalse: true, fault: UNIT_FAULTS.indexOf(fault) }
}

function pushLeaf(roots: Uint8Array[], count: number, leaf: Uint8Array): void {
  let place = onesIn(count)
  let node = leaf
  for (let left = count; left % 2 === 1; left >>= 1) node = keccakBytes(roots[--place] as Uint8Array, node)
  roots[place] = node
}

function onesIn(count: number): number {
  let ones = 0
  for (let left = count; left > 0; left &= left - 1) ones++
  return ones
}
