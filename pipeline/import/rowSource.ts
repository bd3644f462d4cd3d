/**
 * Rows of attribution data, whichever tool wrote them: u (n × width), taken a few megabytes at a time, so that a file of a
 * million rows is never in memory whole.
 */

import { type ByteOrder, decodeFloats, FLOAT_BYTES, type FloatType } from '../run/floats.ts'
import type { ImportedManifest } from '../run/importedManifest.ts'
import { RunError } from '../run/runError.ts'
import type { OpenFile } from './sourceFolder.ts'

type ImportedProjection = Extract<ImportedManifest['projection'], { kind: 'imported' }>

export interface RowSource extends Omit<ImportedProjection, 'kind'> {
  readonly n: number
  /** The files that the rows are read from, to be hashed. */
  readonly files: readonly string[]
  /** Blocks of whole rows, row 0 first. Every number is finite. */
  readonly blocks: () => Iterable<Float32Array>
}

/** n × width numbers that follow each other in a file. */
export interface Block {
  readonly offset: number
  readonly n: number
  readonly width: number
  readonly type: FloatType
  readonly order?: ByteOrder
  /** Number of the first row, and the tensor where a file holds several, for the error's sake. */
  readonly firstRow: number
  readonly tensor?: string
}

const PIECE_BYTES = 1 << 22

/** A block's rows, a piece at a time. */
export function* readBlock(file: OpenFile, block: Block): Generator<Float32Array> {
  const rowBytes = block.width * FLOAT_BYTES[block.type]
  const rowsPerPiece = Math.max(1, Math.floor(PIECE_BYTES / rowBytes))
  for (let row = 0; row < block.n; row += rowsPerPiece) {
    const rows = Math.min(rowsPerPiece, block.n - row)
    const values = decodeFloats(file.read(block.offset + row * rowBytes, rows * rowBytes), block.type, block.order)
    requireFinite(file.name, values, block.width, block.firstRow + row, block.tensor)
    yield values
  }
}

/** How many rows of this width are taken at a time. */
export function rowsPerPiece(width: number): number {
  return Math.max(1, Math.floor(PIECE_BYTES / (width * FLOAT_BYTES.float32)))
}

export function requireFinite(
  file: string,
  values: Float32Array,
  width: number,
  firstRow: number,
  tensor?: string,
): void {
  const bad = values.findIndex((value) => !Number.isFinite(value))
  if (bad < 0) return
  throw new RunError(
    file,
    'it holds a number that is none',
    {
      ...(tensor !== undefined && { tensor }),
      row: firstRow + Math.floor(bad / width),
      entry: bad % width,
      value: String(values[bad]),
    },
    'Look at the step that produced it: every number must be finite, and fit into a float32.',
  )
}

/** A file must be exactly as long as what its description implies. */
export function requireSize(
  file: OpenFile,
  expected: number,
  because: Readonly<Record<string, string | number>>,
): void {
  if (file.size === expected) return
  throw new RunError(
    file.name,
    file.size < expected ? 'it is cut short' : 'it is longer than its description says',
    { bytes: file.size, expected, ...because },
    'Fetch it afresh, with the files that describe it, or run the tool again.',
  )
}
