// A record: one served inference with the rows that are credited for it, as it stands in a batch's calldata and event.
//
//   commitment bytes32 ‖ payer uint32 ‖ fee uint64 (gwei-OPEN) ‖ rowCount uint8
//   ‖ rowCount × (row uint32 ‖ account uint32 ‖ weight uint16) ‖ sketch k/2 bytes
//
// docs/protocol.md, "Record". Written by hand on one DataView, because an indexer decodes every record ever made.

import type { Hex } from 'viem'
import { MAX_TOP_K, TOTAL_WEIGHT } from '../attribution/attribution.ts'
import { bytes32 } from '../attribution/bytes32.ts'
import { keccak } from '../attribution/keccak.ts'
import { StopError } from './errors.ts'

export type RecordRow = { readonly row: number; readonly account: number; readonly weight: number }

export type InferenceRecord = {
  readonly commitment: Hex
  readonly payer: number
  readonly feeGwei: bigint
  /** By descending weight; empty where no row moved the answer. */
  readonly rows: readonly RecordRow[]
  /** The packed sketch of the query. */
  readonly sketch: Uint8Array
}

/** What a model's registration says about its records. */
export type RecordTerms = { readonly dims: number; readonly topK: number; readonly rowCount: number }

/** Why a record is refused, in the words of the Ledger's errors. */
export type RecordFault =
  | 'EmptyBatch'
  | 'RecordTruncated'
  | 'TooManyRows'
  | 'RowOutOfRange'
  | 'RowRepeated'
  | 'UnknownAccount'
  | 'WeightsUnsorted'
  | 'WeightsDoNotSum'
  | 'CodeOutOfRange'
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

const PAYER = 32
const FEE = 36
const ROW_COUNT = 44
const ROWS = 45
const ROW = 10

export function recordSize(rowCount: number, dims: number): number {
  return ROWS + rowCount * ROW + dims / 2
}

/** Encodes one record, and refuses one that the Ledger would refuse. */
export function encodeRecord(record: InferenceRecord, terms: RecordTerms): Uint8Array {
  return encodeRecords([record], terms)
}

/** Encodes a batch, and refuses one that the Ledger would refuse. */
export function encodeRecords(records: readonly InferenceRecord[], terms: RecordTerms): Uint8Array {
  const size = records.reduce((sum, { rows }) => sum + recordSize(rows.length, terms.dims), 0)
  const bytes = new Uint8Array(size)
  const view = new DataView(bytes.buffer)
  let offset = 0
  records.forEach((record, index) => {
    checkFields(record, terms, index, offset)
    bytes.set(bytes32(record.commitment), offset)
    view.setUint32(offset + PAYER, record.payer)
    view.setBigUint64(offset + FEE, record.feeGwei)
    view.setUint8(offset + ROW_COUNT, record.rows.length)
    record.rows.forEach(({ row, account, weight }, i) => {
      const at = offset + ROWS + i * ROW
      view.setUint32(at, row)
      view.setUint32(at + 4, account)
      view.setUint16(at + 8, weight)
    })
    bytes.set(record.sketch, offset + ROWS + record.rows.length * ROW)
    offset += recordSize(record.rows.length, terms.dims)
  })
  decodeRecords(bytes, terms)
  return bytes
}

/** Decodes and validates a batch. */
export function decodeRecords(batch: Uint8Array, terms: RecordTerms): readonly InferenceRecord[] {
  const view = new DataView(batch.buffer, batch.byteOffset, batch.byteLength)
  return locateRecords(batch, terms.dims).map((offset, index) => decodeAt(batch, view, offset, index, terms))
}

/** Cuts a batch into its records' bytes, of which the batch's Merkle leaves are made. */
export function splitRecords(batch: Uint8Array, dims: number): readonly Uint8Array[] {
  const offsets = locateRecords(batch, dims)
  return offsets.map((offset, index) => batch.subarray(offset, offsets[index + 1]))
}

/** What a record says of the call that it charges for, without saying what was asked or answered. */
export function inferenceCommitment(requestHash: Hex, responseHash: Hex, salt: Hex): Hex {
  return keccak(bytes32(requestHash), bytes32(responseHash), bytes32(salt))
}

function locateRecords(batch: Uint8Array, dims: number): readonly number[] {
  if (batch.length === 0) {
    throw new RecordError('EmptyBatch', 0, 0, 'is missing: the batch is empty', 'A batch holds at least one record.')
  }
  const offsets: number[] = []
  for (let offset = 0; offset < batch.length; ) {
    const rowCount = batch[offset + ROW_COUNT]
    const end = offset + recordSize(rowCount ?? 0, dims)
    if (rowCount === undefined || end > batch.length) {
      throw new RecordError(
        'RecordTruncated',
        offsets.length,
        offset,
        `needs bytes up to ${end}, and the batch has ${batch.length}`,
        'Encode the whole record, with a sketch of the model’s dimensions.',
      )
    }
    offsets.push(offset)
    offset = end
  }
  return offsets
}

function decodeAt(
  batch: Uint8Array,
  view: DataView,
  offset: number,
  index: number,
  { dims, topK, rowCount }: RecordTerms,
): InferenceRecord {
  const refuse = (fault: RecordFault, what: string, remedy: string) =>
    new RecordError(fault, index, offset, what, remedy)

  const payer = view.getUint32(offset + PAYER)
  if (payer === 0) throw refuse('UnknownAccount', 'is charged to account 0', 'Accounts are numbered from 1.')

  const listed = view.getUint8(offset + ROW_COUNT)
  if (listed > topK) throw refuse('TooManyRows', `lists ${listed} rows`, `This model credits at most ${topK}.`)

  const rows: RecordRow[] = []
  let sum = 0
  for (let i = 0; i < listed; i++) {
    const at = offset + ROWS + i * ROW
    const credited = { row: view.getUint32(at), account: view.getUint32(at + 4), weight: view.getUint16(at + 8) }
    const previous = rows[i - 1]
    if (credited.row >= rowCount) {
      throw refuse('RowOutOfRange', `credits row ${credited.row}`, `This model has rows below ${rowCount}.`)
    }
    if (rows.some(({ row }) => row === credited.row)) {
      throw refuse('RowRepeated', `credits row ${credited.row} twice`, 'List every row once.')
    }
    if (credited.account === 0) {
      throw refuse('UnknownAccount', `credits row ${credited.row} to account 0`, 'Accounts are numbered from 1.')
    }
    if (previous && credited.weight > previous.weight) {
      throw refuse(
        'WeightsUnsorted',
        `gives row ${credited.row} weight ${credited.weight} after ${previous.weight}`,
        'List rows by descending weight.',
      )
    }
    sum += credited.weight
    rows.push(credited)
  }
  if (listed > 0 && sum !== TOTAL_WEIGHT) {
    throw refuse('WeightsDoNotSum', `gives weights that sum to ${sum}`, `Weights sum to ${TOTAL_WEIGHT} exactly.`)
  }

  const sketchAt = offset + ROWS + listed * ROW
  const sketch = batch.slice(sketchAt, sketchAt + dims / 2)
  for (let i = 0; i < sketch.length; i++) {
    const byte = sketch[i] as number
    if (byte >> 4 === 8 || (byte & 15) === 8) {
      throw refuse('CodeOutOfRange', `has the nibble 0x8 in byte ${i} of its sketch`, 'Codes lie between -7 and 7.')
    }
  }
  return { commitment: hexAt(batch, offset), payer, feeGwei: view.getBigUint64(offset + FEE), rows, sketch }
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

function hexAt(batch: Uint8Array, offset: number): Hex {
  let hex = ''
  for (let i = offset; i < offset + 32; i++) hex += HEX[batch[i] as number]
  return `0x${hex}`
}

/** DataView would silently wrap a number that does not fit its field. */
function checkFields(record: InferenceRecord, { dims }: RecordTerms, index: number, offset: number): void {
  const refuse = (what: string, remedy: string) => new RecordError('FieldOutOfRange', index, offset, what, remedy)
  const fits = (value: number, bits: number) => Number.isInteger(value) && value >= 0 && value < 2 ** bits

  if (!/^0x[0-9a-f]{64}$/i.test(record.commitment)) {
    throw refuse(`has the commitment ${record.commitment}`, 'A commitment has 32 bytes.')
  }
  if (!fits(record.payer, 32)) throw refuse(`is charged to account ${record.payer}`, 'Accounts fit 32 bits.')
  if (record.feeGwei < 0n || record.feeGwei >= 1n << 64n) {
    throw refuse(`has a fee of ${record.feeGwei} gwei-OPEN`, 'Fees fit 64 bits.')
  }
  if (record.rows.length > MAX_TOP_K) {
    throw refuse(`lists ${record.rows.length} rows`, `No model credits more than ${MAX_TOP_K}.`)
  }
  for (const { row, account, weight } of record.rows) {
    if (!fits(row, 32) || !fits(account, 32) || !fits(weight, 16)) {
      throw refuse(
        `credits row ${row} of account ${account} with ${weight}`,
        'Rows and accounts fit 32 bits, weights fit 16.',
      )
    }
  }
  if (record.sketch.length !== dims / 2) {
    throw refuse(`has a sketch of ${record.sketch.length} bytes`, `With ${dims} dimensions it has ${dims / 2}.`)
  }
}
