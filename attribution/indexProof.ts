// Proofs from an influence index, as the Court takes them: entries, and the way from their leaves to the root.
//
// index, positions (m) → entries (m, one after the other), siblings, steps. docs/protocol.md, "Merkle proofs".

import { bytesToHex, type Hex } from 'viem'
import { encodeEntry, type InfluenceIndex, nextRow } from './influenceIndex.ts'
import type { MerkleTree } from './merkle.ts'
import { type Multiproof, multiproofOf } from './multiproof.ts'

export type IndexProof = Multiproof & { readonly entries: Hex }

/** Shows the entries at some positions, ascending, to stand under the root of the index's tree. */
export function proveEntries(index: InfluenceIndex, tree: MerkleTree, positions: readonly number[]): IndexProof {
  const proof = multiproofOf(tree, positions)
  const shown = positions.map((position) => {
    const entry = index.entries[position] as InfluenceIndex['entries'][number]
    return bytesToHex(encodeEntry(entry, nextRow(index.entries, position))).slice(2)
  })
  return { entries: `0x${shown.join('')}`, ...proof }
}

/**
 * The position of the entry that shows whether a row has a leaf: its own, or the one whose link passes over it.
 * Undefined where the index has no entries.
 */
export function positionShowing({ entries }: InfluenceIndex, row: number): number | undefined {
  let low = 0
  let high = entries.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((entries[middle] as InfluenceIndex['entries'][number]).row <= row) low = middle + 1
    else high = middle
  }
  // Before the first row, the last entry's link passes over it.
  return low > 0 ? low - 1 : entries.length > 0 ? entries.length - 1 : undefined
}

/** Whether an entry, by naming the one that follows it, shows that a row has none. */
export function isAbsent(row: number, entryRow: number, entryNext: number): boolean {
  return entryRow < entryNext ? row > entryRow && row < entryNext : row > entryRow || row < entryNext
}
