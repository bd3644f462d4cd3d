// Ordered Merkle trees: neighbours are hashed as keccak256(left ‖ right), so a path shows the place
// of its leaf too.
//
// Level by level, an odd last node moves up unchanged. A path lists siblings from the leaf upwards,
// and none on levels where its node is an odd last one, which place and count tell.
// docs/protocol.md, "Merkle trees".
//
// leaves (n) → levels (n, ⌈n/2⌉, …, 1); leaf, place, count and path → root.

import { bytesToHex, type Hex } from 'viem'
import { bytes32 } from './bytes32.ts'
import { keccakBytes } from './keccak.ts'
import { MalformedError } from './malformed.ts'
import { type MerkleTree, proofOf, rootOf, treeOf } from './merkle.ts'

/** A leaf's place among the leaves of a tree, and the siblings on the way to the root. */
export type OrderedPath = { readonly place: number; readonly count: number; readonly siblings: readonly Hex[] }

export function orderedTree(leaves: readonly Hex[]): MerkleTree {
  return treeOf(leaves, keccakBytes)
}

/** The root over leaves, where no paths are wanted. */
export function orderedRoot(leaves: readonly Hex[]): Hex {
  return rootOf(orderedTree(leaves))
}

export function orderedPath(tree: MerkleTree, place: number): OrderedPath {
  return { place, count: tree.leafCount, siblings: proofOf(tree, place) }
}

/**
 * Where a path leads from a leaf. Refuses a path with more or fewer siblings than place and count
 * ask for.
 */
export function rootAlong(leaf: Hex, path: OrderedPath): Hex {
  checkPath(path)
  let node = bytes32(leaf)
  let { place, count } = path
  let used = 0
  while (count > 1) {
    if ((place ^ 1) < count) {
      const sibling = bytes32(path.siblings[used++] as Hex)
      node = place % 2 === 1 ? keccakBytes(sibling, node) : keccakBytes(node, sibling)
    }
    place >>= 1
    count = Math.ceil(count / 2)
  }
  return bytesToHex(node)
}

/** Whether a leaf stands at its place under a root. */
export function standsAt(root: Hex, leaf: Hex, path: OrderedPath): boolean {
  return isComplete(path) && rootAlong(leaf, path) === root.toLowerCase()
}

/**
 * The root once a leaf is replaced by another, such as a voided record's. Refuses a leaf that does
 * not stand there.
 */
export function replaceLeaf(root: Hex, leaf: Hex, replacement: Hex, path: OrderedPath): Hex {
  const found = rootAlong(leaf, path)
  if (found === root.toLowerCase()) return rootAlong(replacement, path)
  throw new MalformedError(
    `Leaf ${leaf} does not stand at place ${path.place} of ${path.count} under the root ${root}`,
    { leaf, place: path.place, count: path.count, root, found },
    'Build the path anew: an earlier replacement may have changed the root.',
  )
}

/** Levels on which the node of a place has a sibling. */
function siblingCount({ place, count }: OrderedPath): number {
  let siblings = 0
  for (let [at, width] = [place, count]; width > 1; at >>= 1, width = Math.ceil(width / 2)) {
    if ((at ^ 1) < width) siblings++
  }
  return siblings
}

function isComplete(path: OrderedPath): boolean {
  const { place, count, siblings } = path
  const inTree = Number.isInteger(place) && Number.isInteger(count) && place >= 0 && place < count && count < 2 ** 31
  return inTree && siblings.length === siblingCount(path)
}

function checkPath(path: OrderedPath): void {
  if (isComplete(path)) return
  const { place, count, siblings } = path
  throw new MalformedError(
    `A path of ${siblings.length} siblings does not lead from place ${place} of ${count} leaves to their root`,
    { place, count, siblings: siblings.length },
    'Leaves are numbered from 0; build the path with orderedPath.',
  )
}
