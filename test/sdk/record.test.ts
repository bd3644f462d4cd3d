import fc from 'fast-check'
import { bytesToHex, type Hex, hexToBytes, keccak256 } from 'viem'
import { describe, expect, it } from 'vitest'
import { weigh } from '../../attribution/attribution.ts'
import { merkleRoot, verifyProof } from '../../attribution/merkle.ts'
import { packSketch } from '../../attribution/sketch.ts'
import { batchRoot, batchTree, recordLeaf, recordLeafOfHash, recordPaths } from '../../sdk/batch.ts'
import { StopError } from '../../sdk/errors.ts'
import {
  decodeRecords,
  encodeRecord,
  encodeRecords,
  type InferenceRecord,
  inferenceCommitment,
  RecordError,
  type RecordTerms,
  recordSize,
  splitRecords,
} from '../../sdk/record.ts'
import { readVectors } from '../vectors/read.ts'
import type { batchVectors, commitmentVectors, refusalVectors } from '../vectors/records.ts'

const batches = readVectors<ReturnType<typeof batchVectors>[number]>('batches.json').map((vector) => ({
  ...vector,
  batch: hexToBytes(vector.batch),
  records: vector.records.map(
    (record): InferenceRecord => ({ ...record, feeGwei: BigInt(record.feeGwei), sketch: hexToBytes(record.sketch) }),
  ),
}))

const TERMS: RecordTerms = { dims: 64, topK: 8, rowCount: 100 }
const uint32 = fc.integer({ min: 1, max: 2 ** 32 - 1 })
const record: fc.Arbitrary<InferenceRecord> = fc.record({
  commitment: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes): Hex => bytesToHex(bytes)),
  payer: uint32,
  feeGwei: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  rows: fc
    .tuple(
      fc.uniqueArray(fc.integer({ min: 0, max: 99 }), { maxLength: 8 }),
      fc.array(fc.tuple(uint32, fc.integer({ min: 1, max: 1e6 })), { minLength: 8, maxLength: 8 }),
    )
    .map(([rows, drawn]) => {
      const scored = rows.map((row, i) => ({ row, score: drawn[i]?.[1] ?? 1 })).sort((a, b) => b.score - a.score)
      return weigh(scored).map(({ row, weight }, i) => ({ row, account: drawn[i]?.[0] ?? 1, weight }))
    }),
  sketch: fc
    .array(fc.integer({ min: -7, max: 7 }), { minLength: 64, maxLength: 64 })
    .map((codes) => packSketch(Int8Array.from(codes))),
})

function refusal(act: () => unknown): RecordError {
  try {
    act()
  } catch (error) {
    if (error instanceof RecordError) return error
    throw error
  }
  throw new Error('It was not refused')
}

describe('a batch of records', () => {
  it('has the bytes that the vectors say, and is read back from them', () => {
    for (const { terms, batch, records } of batches) {
      expect(encodeRecords(records, terms)).toEqual(batch)
      expect(decodeRecords(batch, terms)).toEqual(records)
    }
  })

  it('of a model whose contributors share equally has 45 bytes a record, and takes neither a row nor a code', () => {
    const equal: RecordTerms = { dims: 0, topK: 0, rowCount: 100 }
    const plain = record.map((one): InferenceRecord => ({ ...one, rows: [], sketch: new Uint8Array() }))
    fc.assert(
      fc.property(fc.array(plain, { minLength: 1, maxLength: 5 }), record, (records, full) => {
        const batch = encodeRecords(records, equal)
        expect(batch.length).toBe(45 * records.length)
        expect(decodeRecords(batch, equal)).toEqual(records)
        if (full.rows.length > 0) {
          expect(refusal(() => encodeRecord({ ...full, sketch: new Uint8Array() }, equal)).fault).toBe('TooManyRows')
        }
        expect(refusal(() => encodeRecord({ ...full, rows: [] }, equal)).fault).toBe('FieldOutOfRange')
      }),
    )
  })

  it('is its records’ bytes, one after the other', () => {
    for (const { terms, batch, records } of batches) {
      const single = records.map((one) => encodeRecord(one, terms))
      expect(splitRecords(batch, terms.dims)).toEqual(single)
      expect(single.map(({ length }) => length)).toEqual(records.map(({ rows }) => recordSize(rows.length, terms.dims)))
    }
  })

  it('has the leaves and the root that the vectors say', () => {
    for (const { terms, batch, leaves, root, proofs } of batches) {
      expect(splitRecords(batch, terms.dims).map((one, index) => recordLeaf(index, one))).toEqual(leaves)
      expect([batchRoot(batch, terms.dims), merkleRoot(leaves)]).toEqual([root, root])
      expect(batchTree(batch, terms.dims).leafCount).toBe(leaves.length)
      expect(leaves.every((leaf, i) => verifyProof(root, leaf, proofs[i] ?? []))).toBe(true)
    }
  })

  it('proves every record from the records’ hashes alone', () => {
    for (const { terms, batch, leaves, root, proofs } of batches) {
      const hashes = splitRecords(batch, terms.dims).map((one) => keccak256(one))
      expect(hashes.map((hash, index) => recordLeafOfHash(index, hash))).toEqual(leaves)
      const pathAt = recordPaths(hashes)
      expect(hashes.map((_, index) => pathAt(index))).toEqual(
        leaves.map((leaf, i) => ({ leaf, path: proofs[i], root })),
      )
    }
  })

  it('survives a round trip, whatever is in it', () => {
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 6 }), (records) => {
        expect(decodeRecords(encodeRecords(records, TERMS), TERMS)).toEqual(records)
      }),
    )
  })

  it('is never read as something that encodes to other bytes', () => {
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 3 }), fc.nat(), fc.nat(255), (records, at, byte) => {
        const batch = encodeRecords(records, TERMS)
        batch[at % batch.length] = byte
        let decoded: readonly InferenceRecord[]
        try {
          decoded = decodeRecords(batch, TERMS)
        } catch (error) {
          expect(error).toBeInstanceOf(RecordError)
          return
        }
        expect(encodeRecords(decoded, TERMS)).toEqual(batch)
      }),
    )
  })
})

describe('a malformed batch', () => {
  for (const { name, terms, batch, ...place } of readVectors<ReturnType<typeof refusalVectors>[number]>(
    'refusals.json',
  )) {
    it(`with ${name} is refused as ${place.fault}, naming record ${place.index} at byte ${place.offset}`, () => {
      const error = refusal(() => decodeRecords(hexToBytes(batch), terms))
      expect({ fault: error.fault, index: error.index, offset: error.offset }).toEqual(place)
      expect(error.facts).toEqual(place)
      expect(error.message).toContain(`Record ${place.index} at byte ${place.offset}`)
      expect(error).toBeInstanceOf(StopError)
    })
  }
})

describe('encoding', () => {
  const [sound] = fc.sample(record, { numRuns: 1, seed: 1 })
  if (!sound) throw new Error('One record was drawn')
  const encoding = (change: Partial<InferenceRecord>) =>
    refusal(() => encodeRecords([sound, { ...sound, ...change }], TERMS))

  it('refuses numbers that would wrap in their fields', () => {
    const changes: Partial<InferenceRecord>[] = [
      { payer: 2 ** 32 },
      { payer: 1.5 },
      { feeGwei: -1n },
      { feeGwei: 2n ** 64n },
      { commitment: '0x12' },
      { rows: [{ row: -1, account: 1, weight: 65_535 }] },
      { rows: [{ row: 1, account: 2 ** 32, weight: 65_535 }] },
      { rows: [{ row: 1, account: 1, weight: 65_536 }] },
      { rows: Array.from({ length: 17 }, (_, row) => ({ row, account: 1, weight: 1 })) },
      { sketch: new Uint8Array(31) },
    ]
    expect(changes.map((change) => encoding(change)).map(({ fault, index }) => ({ fault, index }))).toEqual(
      changes.map(() => ({ fault: 'FieldOutOfRange', index: 1 })),
    )
  })

  it('refuses what the Ledger would refuse', () => {
    expect(encoding({ payer: 0 }).fault).toBe('UnknownAccount')
    expect(encoding({ rows: [{ row: 100, account: 1, weight: 65_535 }] }).fault).toBe('RowOutOfRange')
    expect(encoding({ rows: [{ row: 9, account: 1, weight: 65_534 }] }).fault).toBe('WeightsDoNotSum')
    expect(refusal(() => encodeRecords([], TERMS)).fault).toBe('EmptyBatch')
  })
})

describe('a commitment', () => {
  it('is the hash that the vectors say', () => {
    for (const { requestHash, responseHash, salt, commitment } of readVectors<
      ReturnType<typeof commitmentVectors>[number]
    >('commitments.json')) {
      expect(inferenceCommitment(requestHash, responseHash, salt)).toBe(commitment)
    }
  })

  it('refuses what is not a hash', () => {
    expect(() => inferenceCommitment('0x12', '0x34', '0x56')).toThrow('"0x12" is not a hash')
  })
})
