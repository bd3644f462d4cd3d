// The tree over an influence index straight from its file, entries being records of one length: `indexTree`, to the last bit.
//
// file → leaves (n × 32) and root; docs/protocol.md, "Influence index file".

import { entriesOf } from '../influenceIndex.ts'
import type { MerkleTree } from '../merkle.ts'
import { hashRecords, merkleTreeOf } from './hashing.ts'

/** The tree of a file that `encodeIndex` wrote or `decodeIndex` read. */
export function indexTreeOf(file: Uint8Array): MerkleTree {
  const { bytes, size } = entriesOf(file)
  return merkleTreeOf(hashRecords(bytes, size))
}
