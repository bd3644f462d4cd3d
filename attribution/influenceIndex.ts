// The influence index: every row of a model that can be credited, as one content-addressed file and one Merkle root.
//
//   header  "AttrIdx2" (8) ‖ dims uint32 ‖ rowCount uint32 ‖ leafCount uint32
//   entry   row uint32 ‖ next uint32 ‖ contribution bytes32 ‖ itemHash bytes32 ‖ sketch k/2 bytes         ascending rows
//   leaf    keccak256(entry)                                               root over the leaves in the order of the file
//
// An entry names the row of the one after it, the last that of the first: so one leaf shows that a row has none.
// docs/protocol.md, "Influence index file".

import { bytesToHex, type Hex } from 'viem'
import { type Candidates, candidatesOf } from './attribution.ts'
import { bytes32 } from './bytes32.ts'
import { keccak } from './keccak.ts'
import { MalformedError } from './malformed.ts'
import { type MerkleTree, merkleTree } from './merkle.ts'
import { checkDims, findInvalidCode, unpackSketch } from './sketch.ts'

const MAGIC = new TextEncoder().encode('AttrIdx2')
const HEADER = MAGIC.length + 12
const CONTRIBUTION_AT = 8
const ITEM_AT = CONTRIBUTION_AT + 32
const SKETCH_AT = ITEM_AT + 32

/** A row that can be credited. Rows without a leaf (duplicates and flagged ones) have no entry, and their numbers are not reused. */
export type IndexEntry = {
  readonly row: number
  readonly contribution: Hex
  readonly itemHash: Hex
  readonly sketch: Uint8Array
}

export type InfluenceIndex = {
  readonly dims: number
  /** Training rows, those without an entry included. */
  readonly rowCount: number
  readonly entries: readonly IndexEntry[]
}

/** The file. */
export function encodeIndex(index: InfluenceIndex): Uint8Array {
  checkDims(index.dims)
  const size = SKETCH_AT + index.dims / 2
  const file = new Uint8Array(HEADER + index.entries.length * size)
  const view = new DataView(file.buffer)
  file.set(MAGIC)
  view.setUint32(8, index.dims)
  view.setUint32(12, index.rowCount)
  view.setUint32(16, index.entries.length)

  let previous = -1
  index.entries.forEach((entry, i) => {
    checkEntry(entry, i, previous, index)
    previous = entry.row
    file.set(encodeEntry(entry, nextRow(index.entries, i)), HEADER + i * size)
  })
  return file
}

/** The row of the entry after the one at a position, and of the first for the last. */
export function nextRow(entries: readonly IndexEntry[], position: number): number {
  return (entries[(position + 1) % entries.length] as IndexEntry).row
}

/** One entry's bytes, of which its leaf is the hash. */
export function encodeEntry(entry: IndexEntry, next: number): Uint8Array {
  const bytes = new Uint8Array(SKETCH_AT + entry.sketch.length)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, entry.row)
  view.setUint32(4, next)
  bytes.set(bytes32(entry.contribution), CONTRIBUTION_AT)
  bytes.set(bytes32(entry.itemHash), ITEM_AT)
  bytes.set(entry.sketch, SKETCH_AT)
  return bytes
}

/** Reads a file, and refuses anything that `encodeIndex` would not have written. */
export function decodeIndex(file: Uint8Array): InfluenceIndex {
  if (file.length < HEADER || MAGIC.some((byte, i) => file[i] !== byte)) {
    throw new MalformedError(
      `This is not an influence index: its ${file.length} bytes do not begin with the header "AttrIdx2"`,
      { length: file.length },
      'Give the file whose keccak256 stands in the model’s registration.',
    )
  }
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  const dims = view.getUint32(8)
  const rowCount = view.getUint32(12)
  const leafCount = view.getUint32(16)
  checkDims(dims)
  const size = SKETCH_AT + dims / 2
  const expected = HEADER + leafCount * size
  if (file.length !== expected) {
    throw new MalformedError(
      `An influence index of ${leafCount} entries with ${dims} dimensions has ${expected} bytes; this one has ${file.length}`,
      { leafCount, dims, expected, length: file.length },
      'The file is truncated or has bytes at its end; fetch it again and compare its keccak256.',
    )
  }

  let previous = -1
  const entries = Array.from({ length: leafCount }, (_, i) => {
    const start = HEADER + i * size
    const entry: IndexEntry = {
      row: view.getUint32(start),
      contribution: bytesToHex(file.subarray(start + CONTRIBUTION_AT, start + ITEM_AT)),
      itemHash: bytesToHex(file.subarray(start + ITEM_AT, start + SKETCH_AT)),
      sketch: file.slice(start + SKETCH_AT, start + size),
    }
    checkEntry(entry, i, previous, { dims, rowCount })
    previous = entry.row
    return entry
  })
  entries.forEach((_, i) => {
    checkLink(view.getUint32(HEADER + i * size + 4), i, entries)
  })
  return { dims, rowCount, entries }
}

/** The entries of a checked file as they stand in it, each of `size` bytes. */
export function entriesOf(file: Uint8Array): { readonly bytes: Uint8Array; readonly size: number } {
  const dims = new DataView(file.buffer, file.byteOffset, file.byteLength).getUint32(8)
  return { bytes: file.subarray(HEADER), size: SKETCH_AT + dims / 2 }
}

/** The name of the file. */
export function indexHash(file: Uint8Array): Hex {
  return keccak(file)
}

/** The leaf of an entry that is followed by the one of row `next`. */
export function indexLeaf(entry: IndexEntry, next: number): Hex {
  return keccak(encodeEntry(entry, next))
}

/** The tree over the entries' leaves: its root is registered with the model, its proofs show single rows. */
export function indexTree(index: InfluenceIndex): MerkleTree {
  return merkleTree(index.entries.map((entry, i) => indexLeaf(entry, nextRow(index.entries, i))))
}

/** The index laid out for scoring. */
export function indexCandidates(index: InfluenceIndex): Candidates {
  return candidatesOf(
    index.entries.map((entry) => ({ row: entry.row, codes: unpackSketch(entry.sketch) })),
    index.dims,
  )
}

function checkEntry(
  entry: IndexEntry,
  position: number,
  previous: number,
  { dims, rowCount }: { readonly dims: number; readonly rowCount: number },
): void {
  const refuse = (what: string, remedy: string) => {
    throw new MalformedError(`Entry ${position} of an influence index ${what}`, { position, row: entry.row }, remedy)
  }
  if (entry.row >= rowCount) refuse(`is row ${entry.row} of ${rowCount}`, 'Rows are numbered below the row count.')
  if (entry.row <= previous) refuse(`is row ${entry.row} after row ${previous}`, 'Entries ascend by row, each once.')
  if (entry.sketch.length !== dims / 2) {
    refuse(`has a sketch of ${entry.sketch.length} bytes`, `With ${dims} dimensions it has ${dims / 2}.`)
  }
  const invalid = findInvalidCode(entry.sketch)
  if (invalid >= 0) refuse(`has the nibble 0x8 as code ${invalid}`, 'Codes lie between -7 and 7.')
}

function checkLink(next: number, position: number, entries: readonly IndexEntry[]): void {
  const expected = nextRow(entries, position)
  if (next === expected) return
  throw new MalformedError(
    `Entry ${position} of an influence index is followed by row ${expected}, but names row ${next}`,
    { position, next, expected },
    'An entry names the row of the one after it, the last that of the first.',
  )
}
