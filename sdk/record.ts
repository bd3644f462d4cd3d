// A record: one served inference, as it stands in a batch's calldata and in its event.
//
//   record      channel index uint8 ‖ fee uint16 ‖ commitment bytes32 ‖ query sketch k/8 bytes      67 bytes at k = 256
//   commitment  keccak256(salt bytes32 ‖ requestHash ‖ answerHash ‖ keccak256(int4 sketch))
//   leaf        keccak256(channel bytes32 ‖ fee uint16 ‖ commitment ‖ query sketch)                 a receipt's recordHash
//   voided      keccak256(0x00 ‖ leaf)                                                             what stands in its place
//
// Records of a model whose term `sketched` is no have no sketch (k = 0). docs/protocol.md, "Records and batches". Read by hand,
// because an indexer decodes every record ever made.

import type { Hex } from 'viem'
import { bytes32 } from '../attribution/bytes32.ts'
import { checkCodeCount } from '../attribution/codes.ts'
import { keccak, keccakBytes } from '../attribution/keccak.ts'
import { MAX_CHANNELS } from './channel.ts'
import { StopError } from './errors.ts'
import { formatOpen } from './units.ts'

export interface InferenceRecord {
  /** Which of its batch's channels pays. */
  readonly channel: number
  /** In the model's fee unit. */
  readonly feeUnits: number
  readonly commitment: Hex
  /** One bit a dimension. */
  readonly sketch: Uint8Array
}

/** What a leaf is made of, beside its channel. */
export type RecordBody = Omit<InferenceRecord, 'channel'>

/** Why records are refused, in the words of the Ledger's errors; `FieldOutOfRange` before they are encoded. */
export type RecordFault =
  | 'EmptyBatch'
  | 'LengthUneven'
  | 'TooManyRecords'
  | 'ChannelOutOfRange'
  | 'FeeZero'
  | 'FieldOutOfRange'

/** A record that the Ledger refuses, with its place in the batch: `index` counts records, `offset` bytes. */
export class RecordError extends StopError {
  readonly fault: RecordFault
  readonly index: number
  readonly offset: number

  constructor(fault: RecordFault, index: number, offset: number, what: string, remedy: string) {
    super(`Record ${index} at byte ${offset} ${what}`, { fault, index, offset }, remedy)
    this.fault = fault
    this.index = index
    this.offset = offset
  }
}

export const MAX_RECORDS = 1_024
export const MAX_FEE_UNITS = 65_535

const FEE = 1
const COMMITMENT = 3
const SKETCH = 35
const VOIDED = Uint8Array.of(0)

/** The bytes of one record of a model whose query sketches have k dimensions, 0 for none. */
export function recordSize(k: number): number {
  if (k !== 0) checkCodeCount(k)
  return SKETCH + k / 8
}

/** A fee in whole fee units; refuses fractions, nothing, and more than a record can say. */
export function feeUnitsOf(feeGwei: bigint, feeUnitGwei: bigint): number {
  const units = feeGwei / feeUnitGwei
  if (feeGwei % feeUnitGwei === 0n && units >= 1n && units <= BigInt(MAX_FEE_UNITS)) return Number(units)
  throw new StopError(
    `A fee of ${formatOpen(feeGwei)} OPEN is not 1 to ${MAX_FEE_UNITS} times the model’s fee unit, ${formatOpen(feeUnitGwei)} OPEN`,
    { feeGwei, feeUnitGwei },
    'Name a multiple of the fee unit.',
  )
}

/** Encodes a batch's records, and refuses what the Ledger would refuse. */
export function encodeRecords(records: readonly InferenceRecord[], k: number, channels = MAX_CHANNELS): Uint8Array {
  const size = recordSize(k)
  const bytes = new Uint8Array(records.length * size)
  const view = new DataView(bytes.buffer)
  records.forEach((record, index) => {
    const offset = index * size
    checkFields(record, size - SKETCH, index, offset)
    view.setUint8(offset, record.channel)
    view.setUint16(offset + FEE, record.feeUnits)
    bytes.set(bytes32(record.commitment), offset + COMMITMENT)
    bytes.set(record.sketch, offset + SKETCH)
  })
  decodeRecords(bytes, k, channels)
  return bytes
}

/**
 * Decodes a batch's records, and refuses what the Ledger would refuse. Sketches keep the memory of `bytes`.
 * @param channels How many channels the batch names.
 */
export function decodeRecords(bytes: Uint8Array, k: number, channels = MAX_CHANNELS): readonly InferenceRecord[] {
  const size = recordSize(k)
  const count = checkLength(bytes.length, size)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const records: InferenceRecord[] = []
  for (let index = 0; index < count; index++) {
    const offset = index * size
    const channel = view.getUint8(offset)
    const feeUnits = view.getUint16(offset + FEE)
    if (channel >= channels) {
      throw new RecordError(
        'ChannelOutOfRange',
        index,
        offset,
        `is paid by channel ${channel}`,
        `The batch names ${channels} channels, numbered from 0.`,
      )
    }
    if (feeUnits === 0) {
      throw new RecordError('FeeZero', index, offset, 'has no fee', 'A fee is at least one fee unit.')
    }
    records.push({
      channel,
      feeUnits,
      commitment: hexAt(bytes, offset + COMMITMENT),
      sketch: bytes.subarray(offset + SKETCH, offset + size),
    })
  }
  return records
}

/**
 * What a record says of the call that it charges for, without saying what was asked or answered.
 * @param sketch The packed int4 sketch of the query; empty where the model's records have no sketches.
 */
export function inferenceCommitment(salt: Hex, requestHash: Hex, answerHash: Hex, sketch: Uint8Array): Hex {
  return keccak(bytes32(salt), bytes32(requestHash), bytes32(answerHash), keccakBytes(sketch))
}

/** What stands of a record in its batch's tree. */
export function recordLeaf(channel: Hex, { feeUnits, commitment, sketch }: RecordBody): Hex {
  return keccak(bytes32(channel), Uint8Array.of(feeUnits >> 8, feeUnits), bytes32(commitment), sketch)
}

/** What stands in a leaf's place once its record is voided or set aside. */
export function voidedLeaf(leaf: Hex): Hex {
  return keccak(VOIDED, bytes32(leaf))
}

/** How many records so many bytes are. */
function checkLength(length: number, size: number): number {
  const count = length / size
  if (length === 0) {
    throw new RecordError('EmptyBatch', 0, 0, 'is missing: the batch is empty', 'A batch holds at least one record.')
  }
  if (!Number.isInteger(count)) {
    const whole = Math.floor(count)
    throw new RecordError(
      'LengthUneven',
      whole,
      whole * size,
      `needs ${size} bytes, and the batch has ${length} in all`,
      'Encode whole records, with sketches of the model’s dimensions.',
    )
  }
  if (count > MAX_RECORDS) {
    throw new RecordError(
      'TooManyRecords',
      MAX_RECORDS,
      MAX_RECORDS * size,
      `is one too many of ${count}`,
      `Split the batch into some of at most ${MAX_RECORDS}.`,
    )
  }
  return count
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

function hexAt(bytes: Uint8Array, offset: number): Hex {
  let hex = ''
  for (let i = offset; i < offset + 32; i++) hex += HEX[bytes[i] as number]
  return `0x${hex}`
}

/** DataView would silently wrap a number that does not fit its field. */
function checkFields(record: InferenceRecord, sketchBytes: number, index: number, offset: number): void {
  const refuse = (what: string, remedy: string) => new RecordError('FieldOutOfRange', index, offset, what, remedy)
  const { channel, feeUnits, commitment, sketch } = record
  if (!isWhole(channel, MAX_CHANNELS)) {
    throw refuse(`is paid by channel ${channel}`, `A batch has at most ${MAX_CHANNELS} channels, numbered from 0.`)
  }
  if (!isWhole(feeUnits, MAX_FEE_UNITS + 1)) {
    throw refuse(`has a fee of ${feeUnits} units`, `Fees are whole fee units, from 1 to ${MAX_FEE_UNITS}.`)
  }
  if (!/^0x[0-9a-f]{64}$/i.test(commitment)) {
    throw refuse(`has the commitment ${commitment}`, 'A commitment has 32 bytes.')
  }
  if (sketch.length !== sketchBytes) {
    throw refuse(`has a sketch of ${sketch.length} bytes`, `Those of this model have ${sketchBytes}.`)
  }
}

function isWhole(value: number, below: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < below
}
