// A batch's Merkle tree: leaf = keccak256(uint256 index ‖ keccak256(record)), in the order in which records were recorded.
// docs/protocol.md, "Merkle trees".

import { type Hex, numberToBytes } from 'viem'
import { bytes32 } from '../attribution/bytes32.ts'
import { keccak, keccakBytes } from '../attribution/keccak.ts'
import { type MerkleTree, merkleTree, proofOf, rootOf } from '../attribution/merkle.ts'
import { splitRecords } from './record.ts'

/** The leaf of a record's bytes at its place in the batch. */
export function recordLeaf(index: number, record: Uint8Array): Hex {
  return keccak(numberToBytes(index, { size: 32 }), keccakBytes(record))
}

/** The leaf of a record whose hash is known. */
export function recordLeafOfHash(index: number, recordHash: Hex): Hex {
  return keccak(numberToBytes(index, { size: 32 }), bytes32(recordHash))
}

/** The tree whose root `Ledger` stores with the batch. */
export function batchTree(batch: Uint8Array, dims: number): MerkleTree {
  return merkleTree(splitRecords(batch, dims).map((record, index) => recordLeaf(index, record)))
}

export function batchRoot(batch: Uint8Array, dims: number): Hex {
  return rootOf(batchTree(batch, dims))
}

export type RecordPath = { readonly leaf: Hex; readonly path: readonly Hex[]; readonly root: Hex }

/** How each record leads to its batch's root, given the hashes of all records of the batch. */
export function recordPaths(recordHashes: readonly Hex[]): (position: number) => RecordPath {
  const leaves = recordHashes.map((hash, index) => recordLeafOfHash(index, hash))
  const tree = merkleTree(leaves)
  const root = rootOf(tree)
  return (position) => ({ leaf: leaves[position] ?? root, path: proofOf(tree, position), root })
}
