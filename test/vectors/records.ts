import { bytesToHex } from 'viem'
import { weigh } from '../../attribution/attribution.ts'
import { proofOf, rootOf } from '../../attribution/merkle.ts'
import { randomSource } from '../../attribution/random.ts'
import { packSketch } from '../../attribution/sketch.ts'
import { batchTree, recordLeaf } from '../../sdk/batch.ts'
import {
  decodeRecords,
  encodeRecords,
  type InferenceRecord,
  inferenceCommitment,
  RecordError,
  type RecordTerms,
  splitRecords,
} from '../../sdk/record.ts'
import { codes, distinct, hash, integer } from './draw.ts'

const TERMS: RecordTerms = { dims: 64, topK: 8, rowCount: 500 }

/** Batches as recorded: their bytes, records, leaves and root. */
export function batchVectors() {
  const next = randomSource(9)
  const all: readonly RecordTerms[] = [
    TERMS,
    { dims: 256, topK: 8, rowCount: 1600 },
    { dims: 128, topK: 16, rowCount: 2 ** 32 - 1 },
  ]
  return all.map((terms, i) => {
    const records = Array.from({ length: 3 + 4 * i }, (_, at) => drawRecord(next, terms, at))
    const batch = encodeRecords(records, terms)
    const tree = batchTree(batch, terms.dims)
    return {
      terms,
      batch: bytesToHex(batch),
      records: records.map((record) => ({
        ...record,
        feeGwei: record.feeGwei.toString(),
        sketch: bytesToHex(record.sketch),
      })),
      leaves: splitRecords(batch, terms.dims).map((record, index) => recordLeaf(index, record)),
      root: rootOf(tree),
      proofs: records.map((_, index) => proofOf(tree, index)),
    }
  })
}

/** Batches that must be refused, each for one fault in its second record. */
export function refusalVectors() {
  const next = randomSource(10)
  const sound = (): InferenceRecord => ({ ...drawRecord(next, TERMS, 2), rows: evenRows(4) })
  const [first, middle, last] = [sound(), sound(), sound()] as const
  const bytes = encodeRecords([first, middle, last], TERMS)
  const size = bytes.length / 3
  const second = size

  const altered = (name: string, alter: (batch: Uint8Array, view: DataView) => Uint8Array | undefined) => {
    const batch = bytes.slice()
    const result = alter(batch, new DataView(batch.buffer)) ?? batch
    return { name, terms: TERMS, batch: bytesToHex(result), ...refusalOf(result) }
  }
  const edited = (name: string, edit: (view: DataView) => void) =>
    altered(name, (_, view) => {
      edit(view)
      return undefined
    })

  return [
    altered('an empty batch', () => new Uint8Array()),
    altered('a record cut short in its sketch', (batch) => batch.subarray(0, 2 * size - 1)),
    altered('a record cut short before its row count', (batch) => batch.subarray(0, size + 44)),
    altered('a byte after the last record', (batch) => Uint8Array.from([...batch, 0])),
    edited('a payer of zero', (view) => view.setUint32(second + 32, 0)),
    altered('more rows than the model credits', () => {
      const wide = { ...TERMS, topK: 16 }
      return encodeRecords([first, { ...middle, rows: evenRows(9) }, last], wide)
    }),
    edited('a row at the row count', (view) => view.setUint32(second + 45 + 20, TERMS.rowCount)),
    edited('a row listed twice', (view) => view.setUint32(second + 45 + 30, view.getUint32(second + 45))),
    edited('a row credited to account zero', (view) => view.setUint32(second + 45 + 14, 0)),
    edited('weights that ascend', (view) => {
      view.setUint16(second + 45 + 8, 16_000)
      view.setUint16(second + 45 + 18, 16_767)
    }),
    edited('weights that sum to one less', (view) =>
      view.setUint16(second + 45 + 38, view.getUint16(second + 45 + 38) - 1),
    ),
    edited('weights that sum to one more', (view) =>
      view.setUint16(second + 45 + 8, view.getUint16(second + 45 + 8) + 1),
    ),
    edited('a high nibble 0x8', (view) => view.setUint8(second + 45 + 40, 0x81)),
    edited('a low nibble 0x8 in the last byte', (view) => view.setUint8(2 * size - 1, 0x78)),
  ]
}

export function commitmentVectors() {
  const next = randomSource(11)
  return Array.from({ length: 3 }, () => {
    const [requestHash, responseHash, salt] = [hash(next), hash(next), hash(next)]
    return { requestHash, responseHash, salt, commitment: inferenceCommitment(requestHash, responseHash, salt) }
  })
}

function drawRecord(next: () => number, { dims, topK, rowCount }: RecordTerms, at: number): InferenceRecord {
  const listed = at === 0 ? 0 : at === 1 ? topK : integer(next, topK + 1)
  const scored = distinct(next, listed, rowCount)
    .map((row) => ({ row, score: 1 + integer(next, 2 ** 20) }))
    .sort((a, b) => b.score - a.score)
  return {
    commitment: hash(next),
    payer: at === 1 ? 2 ** 32 - 1 : 1 + integer(next, 1000),
    feeGwei: at === 1 ? 2n ** 64n - 1n : BigInt(integer(next, 2 ** 31)),
    rows: weigh(scored).map(({ row, weight }) => ({ row, account: 1 + integer(next, 2 ** 16), weight })),
    sketch: packSketch(codes(next, dims)),
  }
}

function evenRows(count: number) {
  return weigh(Array.from({ length: count }, (_, row) => ({ row, score: 1 }))).map(({ row, weight }) => ({
    row,
    account: row + 1,
    weight,
  }))
}

function refusalOf(batch: Uint8Array): { readonly fault: string; readonly index: number; readonly offset: number } {
  try {
    decodeRecords(batch, TERMS)
  } catch (error) {
    if (error instanceof RecordError) return { fault: error.fault, index: error.index, offset: error.offset }
    throw error
  }
  throw new Error(`A batch that should be refused was read: ${bytesToHex(batch)}`)
}
