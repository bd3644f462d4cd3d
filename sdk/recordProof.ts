// Record proofs: a recorded inference, and the way that shows any contract it to be recorded. What the Ledger stores of a batch
// is one commitment, and everything behind it stands in the batch's event.
//
//   commitment = keccak256(abi.encode(model, operator, epoch, count, treasuryBps, root))
//   leaf       = keccak256(uint256 index ‖ keccak256(record))
//
// contracts/types/Records.sol, contracts/libraries/RecordProofs.sol.

import { bytesToHex, encodeAbiParameters, type Hex, hexToBytes } from 'viem'
import { keccak } from '../attribution/keccak.ts'
import { type MerkleTree, merkleTree, proofOf, rootOf, verifyProof } from '../attribution/merkle.ts'
import { recordLeaf } from './batch.ts'
import { StopError } from './errors.ts'
import { splitRecords } from './record.ts'

/** What the Ledger commits to when it records a batch; all of it stands in the batch's event. */
export interface BatchHeader {
  readonly batch: bigint
  readonly model: number
  readonly operator: number
  readonly epoch: number
  readonly count: number
  /** The treasury's share of the batch's fees. */
  readonly treasuryBps: number
  readonly root: Hex
}

/** One record of a batch, as Ledger, Court and Evaluations take it. */
export interface RecordProof {
  readonly header: BatchHeader
  /** Its place in the batch, from 0. */
  readonly index: bigint
  readonly record: Hex
  /** Siblings on the way from its leaf to the root. */
  readonly path: readonly Hex[]
}

/** A batch's records and the tree over them, to prove many of them from. */
export interface OpenedBatch {
  readonly header: BatchHeader
  readonly records: readonly Uint8Array[]
  readonly tree: MerkleTree
}

/** Opens the bytes of a batch's event; refuses bytes that are not what its header commits to. */
export function openBatch(header: BatchHeader, bytes: Uint8Array, dims: number): OpenedBatch {
  const records = splitRecords(bytes, dims)
  const tree = merkleTree(records.map((record, index) => recordLeaf(index, record)))
  const root = rootOf(tree)
  if (records.length === header.count && root === header.root.toLowerCase()) return { header, records, tree }
  throw new StopError(
    `These are not the records of batch ${header.batch}`,
    { records: records.length, count: header.count, root, committed: header.root },
    'Take header and records from one BatchRecorded event.',
  )
}

export function proveRecord({ header, records, tree }: OpenedBatch, index: number): RecordProof {
  const record = records[index]
  if (record === undefined) {
    throw new StopError(
      `Batch ${header.batch} holds no record ${index}`,
      { index, count: header.count },
      'Records are numbered from 0 in the order in which they were recorded.',
    )
  }
  return { header, index: BigInt(index), record: bytesToHex(record), path: proofOf(tree, index) }
}

/** What the Ledger stores of a batch: ask `batchCommitmentOf`, or any node with `eth_getProof`. */
export function batchCommitment({ model, operator, epoch, count, treasuryBps, root }: BatchHeader): Hex {
  return keccak(hexToBytes(encodeAbiParameters(HEADER, [model, operator, epoch, BigInt(count), treasuryBps, root])))
}

const HEADER = [
  { type: 'uint32' },
  { type: 'uint32' },
  { type: 'uint32' },
  { type: 'uint256' },
  { type: 'uint16' },
  { type: 'bytes32' },
] as const

/** Whether a proof leads to a batch's commitment. */
export function isRecorded({ header, index, record, path }: RecordProof, commitment: Hex): boolean {
  // A node of the tree is hashed from as many bytes as a leaf: only an index below the count tells them apart.
  if (index >= BigInt(header.count) || batchCommitment(header) !== commitment.toLowerCase()) return false
  return verifyProof(header.root, recordLeaf(Number(index), hexToBytes(record)), path)
}
