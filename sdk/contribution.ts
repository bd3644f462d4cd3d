// What a contributor commits to: salted items under one Merkle root, and the contribution's name.
//
//   itemHash     = keccak256(salt ‖ content)              deleting the salt erases the item
//   leaf         = keccak256(itemHash)                     in the order contributed
//   contribution = keccak256(abi.encode(uint32 dataset, uint32 contributor, bytes32 itemsRoot, uint32 itemCount))
//
// docs/protocol.md, "Merkle trees".

import { encodeAbiParameters, type Hex, hexToBytes } from 'viem'
import { bytes32 } from '../attribution/bytes32.ts'
import { keccak } from '../attribution/keccak.ts'
import { type MerkleTree, merkleTree, rootOf } from '../attribution/merkle.ts'

/** The canonical bytes of a labelled text: UTF-8 of `JSON.stringify({label, text})`, nothing else that it may carry. */
export function itemContent({ label, text }: { readonly label: string; readonly text: string }): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ label, text }))
}

export function itemHash(salt: Hex, content: Uint8Array): Hex {
  return keccak(bytes32(salt), content)
}

export function itemLeaf(hash: Hex): Hex {
  return keccak(bytes32(hash))
}

/** The tree over a contribution's items: its root is submitted, its proofs show single items. */
export function itemsTree(itemHashes: readonly Hex[]): MerkleTree {
  return merkleTree(itemHashes.map(itemLeaf))
}

/** What is submitted of a contribution, beside how many items it has. */
export function itemsRoot(itemHashes: readonly Hex[]): Hex {
  return rootOf(itemsTree(itemHashes))
}

const NAMED = [{ type: 'uint32' }, { type: 'uint32' }, { type: 'bytes32' }, { type: 'uint32' }] as const

/** The name of a contribution, before or after it was submitted. */
export function contributionId(dataset: number, contributor: number, itemsRoot: Hex, itemCount: number): Hex {
  return keccak(hexToBytes(encodeAbiParameters(NAMED, [dataset, contributor, itemsRoot, itemCount])))
}
