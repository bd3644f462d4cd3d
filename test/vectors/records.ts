import { bytesToHex } from 'viem'
import { type RandomSource, randomSource } from '../../attribution/random.ts'
import { packSketch } from '../../attribution/sketch.ts'
import { batchCommitment, batchOf, type OpenedBatch, sumBytes, voidRecord } from '../../sdk/batch.ts'
import { bookId } from '../../sdk/book.ts'
import { channelId, encodeChannels } from '../../sdk/channel.ts'
import {
  decodeRecords,
  encodeRecords,
  type InferenceRecord,
  inferenceCommitment,
  MAX_FEE_UNITS,
  RecordError,
  recordSize,
} from '../../sdk/record.ts'
import { proveRecord } from '../../sdk/recordProof.ts'
import { bytes, codes, hash, integer } from './draw.ts'

/** Batches as recorded, and as they stand once a record of each is voided. */
export function batchVectors() {
  const next = randomSource(9)
  return [
    { k: 64, channels: 1, records: 1 },
    { k: 256, channels: 3, records: 7 },
    { k: 320, channels: 255, records: 5 },
    { k: 0, channels: 2, records: 4 },
  ].map(({ k, channels: count, records: recorded }, i) => {
    const model = 2 + integer(next, 1_000)
    const operator = 1 + integer(next, 1_000)
    const channels = Array.from({ length: count }, () => ({ payer: integer(next, 2 ** 31), salt: next() }))
    const records = Array.from({ length: recorded }, (_, at) => drawRecord(next, k, count, at))
    const place = {
      batch: BigInt(1 + integer(next, 2 ** 31)),
      book: bookId({ model, operator, number: i + 1 }),
      number: integer(next, 2 ** 31),
      recordedIn: integer(next, 2 ** 31),
    }
    const batch = batchOf(place, channels, records, k)
    const out = recorded >> 1
    return {
      k,
      model,
      operator,
      channels: bytesToHex(encodeChannels(channels)),
      channelIds: channels.map((channel) => channelId({ ...channel, model, operator })),
      records: bytesToHex(encodeRecords(records, k, count)),
      ...standing(batch),
      proofs: records.map((_, index) => proveRecord(batch, index).path),
      voided: { index: out, ...standing(voidRecord(batch, out)) },
    }
  })
}

function standing(batch: OpenedBatch) {
  const { header, leaves } = batch
  return {
    header: { ...header, batch: String(header.batch), book: String(header.book), units: String(header.units) },
    leaves,
    sum: sumBytes(batch),
    commitment: batchCommitment(header),
  }
}

/** Batches that must be refused, each for one fault in its second record. */
export function refusalVectors() {
  const next = randomSource(10)
  const k = 64
  const size = recordSize(k)
  const sound = encodeRecords(
    Array.from({ length: 3 }, () => drawRecord(next, k, 2, 2)),
    k,
  )
  const refused = (name: string, batch: Uint8Array, channels = 2) => ({
    name,
    k,
    channels,
    batch: bytesToHex(batch),
    ...refusalOf(batch, k, channels),
  })
  const edited = (name: string, at: number, ...written: readonly number[]) => {
    const batch = sound.slice()
    batch.set(written, size + at)
    return refused(name, batch)
  }
  const long = new Uint8Array(1_025 * size).map((_, at) => (at % size === 2 ? 1 : 0))
  return [
    refused('no records', new Uint8Array()),
    refused('a record cut short', sound.subarray(0, 2 * size - 1)),
    refused('a byte after the last record', Uint8Array.from([...sound, 0])),
    refused('a record too many', long),
    edited('a channel that it does not name', 0, 2),
    edited('no fee', 1, 0, 0),
    refused('no channel at all', sound, 0),
  ]
}

export function commitmentVectors() {
  const next = randomSource(11)
  return [256, 64, 0].map((k) => {
    const [salt, requestHash, answerHash] = [hash(next), hash(next), hash(next)]
    const sketch = packSketch(codes(next, k))
    return {
      salt,
      requestHash,
      answerHash,
      sketch: bytesToHex(sketch),
      commitment: inferenceCommitment(salt, requestHash, answerHash, sketch),
    }
  })
}

function drawRecord(next: RandomSource, k: number, channels: number, at: number): InferenceRecord {
  return {
    channel: at === 0 ? channels - 1 : integer(next, channels),
    feeUnits: at === 0 ? MAX_FEE_UNITS : 1 + integer(next, MAX_FEE_UNITS),
    commitment: hash(next),
    sketch: bytes(next, k / 8),
  }
}

function refusalOf(batch: Uint8Array, k: number, channels: number) {
  try {
    decodeRecords(batch, k, channels)
  } catch (error) {
    if (error instanceof RecordError) return { fault: error.fault, index: error.index, offset: error.offset }
    throw error
  }
  throw new Error(`A batch that should be refused was read: ${bytesToHex(batch)}`)
}
