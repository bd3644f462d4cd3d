// An influence index as its owner committed to it, honest or not: every entry as it stands, links included. `decodeIndex`
// refuses a file that breaks the rules; whoever is to prove that it breaks them has to read it all the same.
//
// file, dims → entries (leafCount), the tree over them. docs/protocol.md, "Influence index file".

import { bytesToHex, type Hex } from 'viem'
import { hashRecords, merkleTreeOf } from '../../attribution/fast/hashing.ts'
import { type MerkleTree, rootOf } from '../../attribution/merkle.ts'
import { type Multiproof, multiproofOf } from '../../attribution/multiproof.ts'
import { StopError } from '../errors.ts'

const MAGIC = new TextEncoder().encode('AttrIdx2')
const HEADER = MAGIC.length + 12
const CONTRIBUTION_AT = 8
const ITEM_AT = CONTRIBUTION_AT + 32
const SKETCH_AT = ITEM_AT + 32

export interface CommittedEntry {
  readonly row: number
  /** The row of the entry after it, says this one. */
  readonly next: number
  readonly contribution: Hex
  readonly itemHash: Hex
  /** May hold the nibble 0x8, which is no code. */
  readonly sketch: Uint8Array
  /** All of it, of which its leaf is the hash. */
  readonly bytes: Uint8Array
}

export interface CommittedIndex {
  readonly dims: number
  /** In the order of the file, which is that of the leaves. */
  readonly entries: readonly CommittedEntry[]
  readonly tree: MerkleTree
  readonly root: Hex
}

/** Entries and the way that shows them to be in an index, as the Court takes them. */
export type IndexProof = Multiproof & { readonly entries: Hex }

/** The most bytes that a file is read for: an honest index has an entry a row at most, a false one may have more. */
export function largestIndex({ rowCount, dims }: { readonly rowCount: number; readonly dims: number }): number {
  return HEADER + 2 * rowCount * (SKETCH_AT + dims / 2)
}

/** Reads a file whose entries have the sketches that the model's registration asks for. */
export function readCommittedIndex(file: Uint8Array, dims: number): CommittedIndex {
  const size = SKETCH_AT + dims / 2
  const count = (file.length - HEADER) / size
  const isIndex = file.length >= HEADER && MAGIC.every((byte, i) => file[i] === byte)
  if (!isIndex || !Number.isInteger(count)) {
    throw new StopError(
      `A file of ${file.length} bytes is no influence index with ${dims} dimensions`,
      { length: file.length, dims },
      'Nobody can show a row with it: fetch another, or demand rows.',
    )
  }
  const entries = Array.from({ length: count }, (_, i) =>
    entryOf(file.subarray(HEADER + i * size, HEADER + (i + 1) * size)),
  )
  const tree = merkleTreeOf(hashRecords(file.subarray(HEADER), size))
  return { dims, entries, tree, root: rootOf(tree) }
}

/** Shows the entries at some positions, ascending. */
export function showEntries({ entries, tree }: CommittedIndex, positions: readonly number[]): IndexProof {
  const proof = multiproofOf(tree, positions)
  const shown = positions.map((position) => bytesToHex((entries[position] as CommittedEntry).bytes).slice(2))
  return { entries: `0x${shown.join('')}`, ...proof }
}

function entryOf(bytes: Uint8Array): CommittedEntry {
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  return {
    row: view.getUint32(0),
    next: view.getUint32(4),
    contribution: bytesToHex(bytes.subarray(CONTRIBUTION_AT, ITEM_AT)),
    itemHash: bytesToHex(bytes.subarray(ITEM_AT, SKETCH_AT)),
    sketch: bytes.subarray(SKETCH_AT),
    bytes,
  }
}
