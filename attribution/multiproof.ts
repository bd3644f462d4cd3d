// Multiproofs: several leaves of one Merkle tree shown at once, with the fewest other nodes.
//
//   0x80        puts the next leaf on top of a stack of nodes
//   0x81        replaces the two topmost by the hash of their pair
//   n < 0x80    hashes the topmost with each of the next n siblings in turn
//
// tree, positions (m) → siblings, steps; leaves (m), siblings, steps → root. docs/protocol.md, "Merkle proofs";
// contracts/libraries/Multiproof.sol runs the same steps.

import { bytesToHex, type Hex, hexToBytes } from 'viem'
import { bytes32 } from './bytes32.ts'
import { MalformedError } from './malformed.ts'
import { hashPair, type MerkleTree, NODE } from './merkle.ts'

const LEAF = 0x80
const MERGE = 0x81

export type Multiproof = { readonly siblings: readonly Hex[]; readonly steps: Hex }

/** The way from the leaves at some positions, ascending, to the root. */
export function multiproofOf(tree: MerkleTree, positions: readonly number[]): Multiproof {
  checkPositions(tree, positions)
  const siblings: Hex[] = []
  const steps: number[] = []

  // The subtree below node `place` of a level, in which the positions from `start` to `end` of the list lie.
  function show(height: number, place: number, start: number, end: number): void {
    if (height === 0) {
      steps.push(LEAF)
      return
    }
    const right = 2 * place + 1
    const firstRight = right * 2 ** (height - 1)
    let split = start
    while (split < end && (positions[split] as number) < firstRight) split++
    if (split > start) show(height - 1, 2 * place, start, split)
    if (split < end) show(height - 1, right, split, end)
    if (split > start && split < end) steps.push(MERGE)
    else climb(height - 1, split > start ? right : 2 * place)
  }

  function climb(height: number, sibling: number): void {
    const level = tree.levels[height] as Uint8Array
    const start = sibling * NODE
    // An odd last node has no sibling: it has moved up unchanged.
    if (start >= level.length) return
    siblings.push(bytesToHex(level.subarray(start, start + NODE)))
    const last = steps.length - 1
    if ((steps[last] as number) < LEAF) (steps[last] as number)++
    else steps.push(1)
  }

  show(tree.levels.length - 1, 0, 0, positions.length)
  return { siblings, steps: bytesToHex(Uint8Array.from(steps)) }
}

/** The root that a multiproof makes of leaves. It must use each leaf and sibling once, and leave one node. */
export function rootOfMultiproof(leaves: readonly Hex[], { siblings, steps }: Multiproof): Hex {
  const stack: Uint8Array[] = []
  let leaf = 0
  let sibling = 0
  hexToBytes(steps).forEach((step, i) => {
    if (step === LEAF && leaf < leaves.length) {
      stack.push(bytes32(leaves[leaf++] as Hex))
    } else if (step === MERGE && stack.length > 1) {
      const right = stack.pop() as Uint8Array
      stack.push(hashPair(stack.pop() as Uint8Array, right))
    } else if (step < LEAF && stack.length > 0 && step <= siblings.length - sibling) {
      let node = stack.pop() as Uint8Array
      for (const end = sibling + step; sibling < end; sibling++)
        node = hashPair(node, bytes32(siblings[sibling] as Hex))
      stack.push(node)
    } else {
      throw new MalformedError(`Step ${i} of a multiproof fails`, { step: i, instruction: step }, REMEDY)
    }
  })

  const [root, ...others] = stack
  const left = { nodes: stack.length, leavesLeft: leaves.length - leaf, siblingsLeft: siblings.length - sibling }
  if (root === undefined || others.length > 0 || left.leavesLeft > 0 || left.siblingsLeft > 0) {
    throw new MalformedError('A multiproof is unfinished when its steps end', left, REMEDY)
  }
  return bytesToHex(root)
}

const REMEDY = 'Build it with multiproofOf, and give the leaves in the order of their positions.'

function checkPositions(tree: MerkleTree, positions: readonly number[]): void {
  let previous = -1
  for (const position of positions) {
    if (!Number.isInteger(position) || position <= previous || position >= tree.leafCount) {
      throw new MalformedError(
        `Position ${position} after ${previous} is no next leaf in a tree of ${tree.leafCount}`,
        { position, previous, leafCount: tree.leafCount },
        'Name leaves by their positions, counted from 0, ascending, each once.',
      )
    }
    previous = position
  }
  if (positions.length === 0) {
    throw new MalformedError('A multiproof of no leaves shows nothing', {}, 'Name at least one leaf.')
  }
}
