// A batch: the inferences that one transaction records. What the Ledger keeps of it is one commitment; everything behind it stands in
// events, and changes as its records are voided or set aside.
//
//   commitment  keccak256(abi.encode(book, number, recordedIn, count, units, root, sumHash))
//   root        ordered tree over the records' leaves, in the order in which they were recorded
//   sumHash     of the sum of their query sketches (attribution/querySumBytes.ts), 32 zero bytes where there are none
//
// A record that is voided or set aside leaves units and sum, and its leaf is replaced. docs/protocol.md, "Records and batches".

import { bytesToHex, encodeAbiParameters, type Hex, hexToBytes } from 'viem'
import { keccak } from '../attribution/keccak.ts'
import { rootOf } from '../attribution/merkle.ts'
import { orderedTree } from '../attribution/orderedMerkle.ts'
import { batchSum, withoutRecord } from '../attribution/querySum.ts'
import { encodeSum, sumHash } from '../attribution/querySumBytes.ts'
import { bookKeyOf } from './book.ts'
import { channelId, type NamedChannel } from './channel.ts'
import { StopError } from './errors.ts'
import { decodeRecords, type InferenceRecord, recordLeaf, voidedLeaf } from './record.ts'

/** What the Ledger commits to of a batch, as contracts take it (contracts/types/Records.sol). */
export interface BatchHeader {
  readonly batch: bigint
  /** Names model and operator too. */
  readonly book: bigint
  /** Which batch of the book it is, from 0. */
  readonly number: number
  readonly recordedIn: number
  /** How many records it was recorded with. */
  readonly count: number
  /** Fees of the records that stand, in the model's fee unit. */
  readonly units: bigint
  readonly root: Hex
  readonly sumHash: Hex
}

/** What `BatchRecorded` says of a batch, and its block. */
export interface ToldBatch {
  readonly batch: bigint
  readonly book: bigint
  readonly number: number
  readonly recordedIn: number
  readonly units: bigint
  readonly root: Hex
  readonly channels: readonly NamedChannel[]
  /** The records' bytes. */
  readonly records: Uint8Array
}

/** A batch with everything behind its commitment. */
export interface OpenedBatch {
  readonly header: BatchHeader
  readonly channels: readonly NamedChannel[]
  /** As recorded, voided ones included. */
  readonly records: readonly InferenceRecord[]
  /** As they stand: that of a voided record replaced. */
  readonly leaves: readonly Hex[]
  readonly voided: ReadonlySet<number>
  /** P of the records that stand. */
  readonly sum: Uint32Array
}

/** Opens what a batch's event says of it; refuses bytes that do not lead to its root. */
export function openBatch(told: ToldBatch, k: number): OpenedBatch {
  const { batch, book, number, recordedIn, channels } = told
  const opened = batchOf(
    { batch, book, number, recordedIn },
    channels,
    decodeRecords(told.records, k, channels.length),
    k,
  )
  const { root, units } = opened.header
  if (root === told.root.toLowerCase() && units === told.units) return opened
  throw new StopError(
    `These are not the records of batch ${batch}`,
    { records: opened.records.length, root, recorded: told.root },
    'Take channels and records from one BatchRecorded event.',
  )
}

/** A batch as it will be recorded, or was. */
export function batchOf(
  place: Pick<BatchHeader, 'batch' | 'book' | 'number' | 'recordedIn'>,
  channels: readonly NamedChannel[],
  records: readonly InferenceRecord[],
  k: number,
): OpenedBatch {
  const { model, operator } = bookKeyOf(place.book)
  const ids = channels.map((channel) => channelId({ ...channel, model, operator }))
  const leaves = records.map((record) => recordLeaf(ids[record.channel] as Hex, record))
  const sum = k === 0 ? new Uint32Array() : batchSum(records, k)
  return {
    header: {
      ...place,
      count: records.length,
      units: BigInt(records.reduce((units, { feeUnits }) => units + feeUnits, 0)),
      root: rootOf(orderedTree(leaves)),
      sumHash: sumHash(sum),
    },
    channels,
    records,
    leaves,
    voided: new Set(),
    sum,
  }
}

/** A batch once a record of it is voided or set aside. Each is once; told again it changes nothing. */
export function voidRecord(batch: OpenedBatch, index: number): OpenedBatch {
  const record = batch.records[index]
  if (record === undefined) {
    throw new StopError(
      `Batch ${batch.header.batch} has no record ${index}`,
      { index, count: batch.header.count },
      'Records are numbered from 0 in the order in which they were recorded.',
    )
  }
  if (batch.voided.has(index)) return batch
  const leaves = batch.leaves.with(index, voidedLeaf(batch.leaves[index] as Hex))
  const sum = batch.sum.length === 0 ? batch.sum : withoutRecord(batch.sum, record)
  return {
    ...batch,
    header: {
      ...batch.header,
      units: batch.header.units - BigInt(record.feeUnits),
      root: rootOf(orderedTree(leaves)),
      sumHash: sumHash(sum),
    },
    leaves,
    voided: new Set([...batch.voided, index]),
    sum,
  }
}

/** What the Ledger stores of a batch: ask `batchCommitmentOf`, or any node with `eth_getProof`. */
export function batchCommitment({ book, number, recordedIn, count, units, root, sumHash: hash }: BatchHeader): Hex {
  return keccak(hexToBytes(encodeAbiParameters(HEADER, [book, number, recordedIn, count, units, root, hash])))
}

/** The bytes behind a batch's `sumHash`, as settlement and voiding take them; none without sketches. */
export function sumBytes({ sum }: OpenedBatch): Hex {
  return sum.length === 0 ? '0x' : bytesToHex(encodeSum(sum))
}

const HEADER = [
  { type: 'uint96' },
  { type: 'uint32' },
  { type: 'uint40' },
  { type: 'uint32' },
  { type: 'uint64' },
  { type: 'bytes32' },
  { type: 'bytes32' },
] as const
