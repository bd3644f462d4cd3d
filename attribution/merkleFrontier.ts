// The root of an ordered tree whose leaves come in pages, with no more in memory than one node a
// level.
//
//   peaks   of n leaves: the roots of full subtrees, one a binary digit 1 of n, the largest first
//   root    from the right: the last peak, then keccak256(peak ‖ what came of those after it)
//
// The root is that of `orderedTree` over all leaves: an odd last node that moves up is a peak that
// waits for its neighbour. docs/protocol.md, "Merkle trees". leaves, page by page → peaks (at most
// one a digit of n) → root.

import { bytesToHex, type Hex, hexToBytes } from 'viem'
import { bytes32 } from './bytes32.ts'
import { keccakBytes } from './keccak.ts'
import { orderedRoot } from './orderedMerkle.ts'

export type MerkleFrontier = { readonly count: number; readonly peaks: readonly Hex[] }

export const EMPTY_FRONTIER: MerkleFrontier = { count: 0, peaks: [] }

/** Puts further leaves behind those that are there. */
export function appendLeaves({ count, peaks }: MerkleFrontier, leaves: readonly Hex[]): MerkleFrontier {
  const nodes = peaks.map((peak) => hexToBytes(peak))
  leaves.forEach((leaf, i) => {
    let node = bytes32(leaf)
    // Every low digit 1 of the count is a full subtree that the new leaf completes to one twice as
    // large.
    for (let digits = count + i; digits % 2 === 1; digits = Math.floor(digits / 2)) {
      node = keccakBytes(nodes.pop() as Uint8Array, node)
    }
    nodes.push(node)
  })
  return { count: count + leaves.length, peaks: nodes.map((node) => bytesToHex(node)) }
}

export function frontierRoot({ peaks }: MerkleFrontier): Hex {
  if (peaks.length === 0) return orderedRoot([])
  return bytesToHex(peaks.map((peak) => hexToBytes(peak)).reduceRight((after, peak) => keccakBytes(peak, after)))
}
