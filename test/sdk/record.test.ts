import fc from 'fast-check'
import { bytesToHex, type Hex, hexToBytes } from 'viem'
import { describe, expect, it } from 'vitest'
import { StopError } from '../../sdk/errors.ts'
import {
  decodeRecords,
  encodeRecords,
  feeUnitsOf,
  type InferenceRecord,
  inferenceCommitment,
  RecordError,
  recordSize,
} from '../../sdk/record.ts'
import { readVectors } from '../vectors/read.ts'
import type { batchVectors, commitmentVectors, refusalVectors } from '../vectors/records.ts'

const K = 64
const CHANNELS = 5
const bytesOf = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const recordOf = (k: number): fc.Arbitrary<InferenceRecord> =>
  fc.record({
    channel: fc.integer({ min: 0, max: CHANNELS - 1 }),
    feeUnits: fc.integer({ min: 1, max: 65_535 }),
    commitment: bytesOf(32).map((bytes): Hex => bytesToHex(bytes)),
    sketch: bytesOf(k / 8),
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

describe('records of a batch', () => {
  it('have 35 bytes and one bit a dimension each', () => {
    expect([0, 64, 256, 1_024].map(recordSize)).toEqual([35, 43, 67, 163])
    expect(() => recordSize(100)).toThrow('A sketch cannot have 100 codes')
  })

  it('are read as the vectors say, and written to the same bytes', () => {
    for (const { k, records, channelIds } of readVectors<ReturnType<typeof batchVectors>[number]>('batches.json')) {
      const bytes = hexToBytes(records)
      const decoded = decodeRecords(bytes, k, channelIds.length)
      expect(encodeRecords(decoded, k, channelIds.length)).toEqual(bytes)
    }
  })

  it('survive a round trip, whatever is in them, with sketches and without', () => {
    for (const k of [K, 0]) {
      fc.assert(
        fc.property(fc.array(recordOf(k), { minLength: 1, maxLength: 6 }), (records) => {
          expect(decodeRecords(encodeRecords(records, k, CHANNELS), k, CHANNELS)).toEqual(records)
        }),
      )
    }
  })

  it('are never read as something that encodes to other bytes', () => {
    fc.assert(
      fc.property(fc.array(recordOf(K), { minLength: 1, maxLength: 3 }), fc.nat(), fc.nat(255), (records, at, byte) => {
        const batch = encodeRecords(records, K, CHANNELS)
        batch[at % batch.length] = byte
        let decoded: readonly InferenceRecord[]
        try {
          decoded = decodeRecords(batch, K, CHANNELS)
        } catch (error) {
          expect(error).toBeInstanceOf(RecordError)
          return
        }
        expect(encodeRecords(decoded, K, CHANNELS)).toEqual(batch)
      }),
    )
  })
})

describe('a malformed batch', () => {
  for (const { name, k, channels, batch, ...place } of readVectors<ReturnType<typeof refusalVectors>[number]>(
    'refusals.json',
  )) {
    it(`with ${name} is refused as ${place.fault}, naming record ${place.index} at byte ${place.offset}`, () => {
      const error = refusal(() => decodeRecords(hexToBytes(batch), k, channels))
      expect(error.facts).toEqual(place)
      expect(error.message).toContain(`Record ${place.index} at byte ${place.offset}`)
      expect(error).toBeInstanceOf(StopError)
    })
  }
})

describe('encoding records', () => {
  const [sound] = fc.sample(recordOf(K), { numRuns: 1, seed: 1 })
  if (!sound) throw new Error('One record was drawn')
  const encoding = (change: Partial<InferenceRecord>) =>
    refusal(() => encodeRecords([sound, { ...sound, ...change }], K, CHANNELS))

  it('refuses numbers that would wrap in their fields, and sketches of another model', () => {
    const changes: Partial<InferenceRecord>[] = [
      { channel: 255 },
      { channel: 0.5 },
      { feeUnits: 65_536 },
      { feeUnits: 1.5 },
      { feeUnits: -1 },
      { commitment: '0x12' },
      { sketch: new Uint8Array(7) },
      { sketch: new Uint8Array(9) },
    ]
    expect(changes.map((change) => encoding(change)).map(({ fault, index }) => ({ fault, index }))).toEqual(
      changes.map(() => ({ fault: 'FieldOutOfRange', index: 1 })),
    )
  })

  it('refuses what the Ledger would refuse', () => {
    expect(encoding({ feeUnits: 0 }).fault).toBe('FeeZero')
    expect(encoding({ channel: CHANNELS }).fault).toBe('ChannelOutOfRange')
    expect(refusal(() => encodeRecords([], K)).fault).toBe('EmptyBatch')
    expect(refusal(() => encodeRecords(Array(1_025).fill(sound), K)).fault).toBe('TooManyRecords')
  })
})

describe('a fee', () => {
  it('is counted in whole fee units', () => {
    expect([1_000_000n, 65_535_000_000n].map((fee) => feeUnitsOf(fee, 1_000_000n))).toEqual([1, 65_535])
  })

  it.each([0n, 999_999n, 1_500_000n, 65_536_000_000n])('of %d gwei in units of a million is refused', (fee) => {
    expect(() => feeUnitsOf(fee, 1_000_000n)).toThrow(StopError)
  })
})

describe('a commitment', () => {
  it('is the hash that the vectors say', () => {
    for (const { salt, requestHash, answerHash, sketch, commitment } of readVectors<
      ReturnType<typeof commitmentVectors>[number]
    >('commitments.json')) {
      expect(inferenceCommitment(salt, requestHash, answerHash, hexToBytes(sketch))).toBe(commitment)
    }
  })

  it('refuses what is not a hash', () => {
    expect(() => inferenceCommitment('0x12', '0x34', '0x56', new Uint8Array())).toThrow('"0x12" is not a hash')
  })
})
