// Record proofs: a recorded inference, and the way that shows any contract it to be recorded, or to be voided.
//
//   leaf ─ path, by place and count → root ─ header → commitment
//
// contracts/libraries/Records.sol.

import { bytesToHex, type Hex, hexToBytes } from 'viem'
import { orderedPath, orderedTree, standsAt } from '../attribution/orderedMerkle.ts'
import { type BatchHeader, batchCommitment, type OpenedBatch } from './batch.ts'
import { bookKeyOf } from './book.ts'
import { channelId } from './channel.ts'
import { StopError } from './errors.ts'
import { recordLeaf, voidedLeaf } from './record.ts'

/** A record as its leaf holds it, as contracts take it. */
export interface ShownRecord {
  readonly payer: number
  readonly salt: number
  readonly feeUnits: number
  readonly commitment: Hex
  readonly sketch: Hex
}

/** One record of a batch, as Court and Evaluations take it. */
export interface RecordProof {
  readonly header: BatchHeader
  /** Its place in the batch, from 0. */
  readonly index: bigint
  readonly record: ShownRecord
  /** Siblings on the way from its leaf to the root. */
  readonly path: readonly Hex[]
}

/** Shows a record of a batch as it stands, whether it was voided or not. */
export function proveRecord(batch: OpenedBatch, index: number): RecordProof {
  const record = batch.records[index]
  const channel = record && batch.channels[record.channel]
  if (record === undefined || channel === undefined) {
    throw new StopError(
      `Batch ${batch.header.batch} holds no record ${index}`,
      { index, count: batch.header.count },
      'Records are numbered from 0 in the order in which they were recorded.',
    )
  }
  const { feeUnits, commitment, sketch } = record
  return {
    header: batch.header,
    index: BigInt(index),
    record: { payer: channel.payer, salt: channel.salt, feeUnits, commitment, sketch: bytesToHex(sketch) },
    path: orderedPath(orderedTree(batch.leaves), index).siblings,
  }
}

/** The leaf of a record of `model` at `operator`: a receipt's `recordHash`. */
export function leafOf(record: ShownRecord, model: number, operator: number): Hex {
  const channel = channelId({ payer: record.payer, operator, model, salt: record.salt })
  return recordLeaf(channel, { ...record, sketch: hexToBytes(record.sketch) })
}

/** Whether a proof leads to a batch's commitment, and whether the record stands there or was voided. */
export function standingOf(proof: RecordProof, commitment: Hex): 'stands' | 'voided' | 'not recorded' {
  const { header, index, record, path } = proof
  if (batchCommitment(header) !== commitment.toLowerCase()) return 'not recorded'
  const { model, operator } = bookKeyOf(header.book)
  const leaf = leafOf(record, model, operator)
  const place = { place: Number(index), count: header.count, siblings: path }
  if (standsAt(header.root, leaf, place)) return 'stands'
  return standsAt(header.root, voidedLeaf(leaf), place) ? 'voided' : 'not recorded'
}
