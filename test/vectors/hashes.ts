import { bytesToHex, type Hex } from 'viem'
import { proveEntries } from '../../attribution/indexProof.ts'
import {
  encodeIndex,
  type IndexEntry,
  indexHash,
  indexLeaf,
  indexTree,
  nextRow,
} from '../../attribution/influenceIndex.ts'
import { merkleTree, proofOf, rootOf } from '../../attribution/merkle.ts'
import { multiproofOf } from '../../attribution/multiproof.ts'
import { randomSource } from '../../attribution/random.ts'
import { packSketch } from '../../attribution/sketch.ts'
import { contributionId, itemHash, itemLeaf, itemsTree } from '../../sdk/contribution.ts'
import { EMPTY_JOURNAL, eventHash, journalStep } from '../../sdk/journal.ts'
import { bytes, codes, distinct, hash, integer } from './draw.ts'

/** Trees of every small size, with the proof of every leaf. */
export function merkleVectors() {
  const next = randomSource(5)
  return [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 33].map((count) => {
    const leaves = Array.from({ length: count }, () => hash(next))
    const tree = merkleTree(leaves)
    return { leaves, root: rootOf(tree), proofs: leaves.map((_, i) => proofOf(tree, i)) }
  })
}

/** Several leaves of a tree shown at once: one, all, and drawn ones of trees of every small size and a larger one. */
export function multiproofVectors() {
  const next = randomSource(12)
  return [1, 2, 3, 4, 5, 6, 7, 8, 9, 33].flatMap((count) => {
    const leaves = Array.from({ length: count }, () => hash(next))
    const tree = merkleTree(leaves)
    const drawn = Array.from({ length: 3 }, () => distinct(next, 1 + integer(next, count), count))
    return [[count - 1], leaves.map((_, i) => i), ...drawn].map((chosen) => {
      const positions = [...chosen].sort((a, b) => a - b)
      return {
        leafCount: count,
        positions,
        leaves: positions.map((position) => leaves[position] as Hex),
        ...multiproofOf(tree, positions),
        root: rootOf(tree),
      }
    })
  })
}

/** Influence indexes: entries, their leaves, the file and the root, and some of the entries shown to be in it. */
export function indexVectors() {
  const next = randomSource(6)
  const sizes: [number, number][] = [
    [64, 7],
    [256, 7],
    [64, 1],
  ]
  return sizes.map(([dims, count]) => {
    const entries: IndexEntry[] = []
    for (let row = 0; entries.length < count; row += 1 + integer(next, 3)) {
      entries.push({
        row,
        contribution: hash(next),
        itemHash: hash(next),
        sketch: packSketch(codes(next, dims)),
      })
    }
    const index = { dims, rowCount: 40, entries }
    const file = encodeIndex(index)
    const tree = indexTree(index)
    return {
      dims,
      rowCount: index.rowCount,
      entries: entries.map((entry, i) => ({
        ...entry,
        next: nextRow(entries, i),
        sketch: bytesToHex(entry.sketch),
      })),
      leaves: entries.map((entry, i) => indexLeaf(entry, nextRow(entries, i))),
      itemLeaves: entries.map((entry) => itemLeaf(entry.itemHash)),
      root: rootOf(tree),
      proofs: entries.map((_, i) => proofOf(tree, i)),
      shown: proveEntries(index, tree, count > 1 ? [1, 2, 5] : [0]),
      file: bytesToHex(file),
      hash: indexHash(file),
    }
  })
}

/** Contributions: salted items, their root, and the contribution's name. */
export function contributionVectors() {
  const next = randomSource(7)
  return [1, 2, 5].map((count, i) => {
    const items = Array.from({ length: count }, () => ({
      salt: hash(next),
      content: JSON.stringify({ label: integer(next, 2), text: `été ${integer(next, 1000)}` }),
    }))
    const hashes = items.map(({ salt, content }) => itemHash(salt, new TextEncoder().encode(content)))
    const root = rootOf(itemsTree(hashes))
    return {
      dataset: i + 1,
      contributor: 40 + i,
      items: items.map((item, at) => ({ ...item, itemHash: hashes[at] as Hex })),
      root,
      contribution: contributionId(i + 1, 40 + i, root, count),
    }
  })
}

/** Events of one to four topics, and the journal after each. */
export function journalVectors() {
  const next = randomSource(8)
  let slot = EMPTY_JOURNAL
  return Array.from({ length: 12 }, (_, i) => {
    const topics = Array.from({ length: 1 + (i % 4) }, () => hash(next))
    const data = bytesToHex(bytes(next, 32 * integer(next, 4)))
    const eventHashed = eventHash(topics, data)
    slot = journalStep(slot, eventHashed)
    return { topics, data, eventHash: eventHashed, slot }
  })
}
