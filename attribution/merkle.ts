// Merkle trees over 32-byte leaves, level by level: neighbours are hashed as a sorted pair, keccak256(min ‖ max), and an
// odd last node moves up unchanged. OpenZeppelin's MerkleProof.verify checks the proofs. docs/protocol.md, "Merkle trees".
//
// leaves (n) → levels (n, ⌈n/2⌉, …, 1), each one array of 32-byte nodes.

import { bytesToHex, type Hex } from 'viem'
import { bytes32 } from './bytes32.ts'
import { keccakBytes } from './keccak.ts'
import { MalformedError } from './malformed.ts'

/** How many bytes a node has. */
export const NODE = 32
const EMPTY_ROOT: Hex = `0x${'00'.repeat(NODE)}`

export type MerkleTree = { readonly leafCount: number; readonly levels: readonly Uint8Array[] }

/** How the node above two neighbours is made. */
type HashNodes = (left: Uint8Array, right: Uint8Array) => Uint8Array

/** Builds the tree over leaves in the order given. */
export function merkleTree(leaves: readonly Hex[]): MerkleTree {
  return treeOf(leaves, hashPair)
}

/** Builds a tree of any kind of node. */
export function treeOf(leaves: readonly Hex[], hashNodes: HashNodes): MerkleTree {
  let level = new Uint8Array(leaves.length * NODE)
  leaves.forEach((leaf, i) => {
    level.set(bytes32(leaf), i * NODE)
  })
  const levels = [level]
  while (level.length > NODE) {
    level = levelAbove(level, hashNodes)
    levels.push(level)
  }
  return { leafCount: leaves.length, levels }
}

export function rootOf(tree: MerkleTree): Hex {
  const top = tree.levels.at(-1)
  return top && top.length === NODE ? bytesToHex(top) : EMPTY_ROOT
}

/** The root over leaves, where no proofs are wanted. */
export function merkleRoot(leaves: readonly Hex[]): Hex {
  return rootOf(merkleTree(leaves))
}

/** The siblings on the way from a leaf to the root. */
export function proofOf(tree: MerkleTree, index: number): readonly Hex[] {
  if (!Number.isInteger(index) || index < 0 || index >= tree.leafCount) {
    throw new MalformedError(
      `There is no leaf ${index} in a tree of ${tree.leafCount}`,
      { index, leafCount: tree.leafCount },
      'Leaves are numbered from 0 in the order in which the tree was built.',
    )
  }
  const proof: Hex[] = []
  let position = index
  for (const level of tree.levels) {
    const start = (position ^ 1) * NODE
    if (start < level.length) proof.push(bytesToHex(level.subarray(start, start + NODE)))
    position >>= 1
  }
  return proof
}

/** Whether a proof leads from a leaf to a root. */
export function verifyProof(root: Hex, leaf: Hex, proof: readonly Hex[]): boolean {
  let node = bytes32(leaf)
  for (const sibling of proof) node = hashPair(node, bytes32(sibling))
  return bytesToHex(node) === root.toLowerCase()
}

function levelAbove(level: Uint8Array, hashNodes: HashNodes): Uint8Array<ArrayBuffer> {
  const count = level.length / NODE
  const above = new Uint8Array(Math.ceil(count / 2) * NODE)
  for (let i = 0; i < count; i += 2) {
    const start = i * NODE
    const left = level.subarray(start, start + NODE)
    const right = level.subarray(start + NODE, start + 2 * NODE)
    above.set(right.length === 0 ? left : hashNodes(left, right), start / 2)
  }
  return above
}

/** The node above two neighbours. */
export function hashPair(a: Uint8Array, b: Uint8Array): Uint8Array {
  for (let i = 0; i < NODE; i++) {
    const difference = (a[i] as number) - (b[i] as number)
    if (difference !== 0) return difference < 0 ? keccakBytes(a, b) : keccakBytes(b, a)
  }
  return keccakBytes(a, b)
}
