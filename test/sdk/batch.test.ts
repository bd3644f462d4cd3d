import { hexToBytes, zeroHash } from 'viem'
import { describe, expect, it } from 'vitest'
import {
  batchCommitment,
  batchOf,
  type OpenedBatch,
  openBatch,
  sumBytes,
  type ToldBatch,
  voidRecord,
} from '../../sdk/batch.ts'
import { bookId, bookKeyOf } from '../../sdk/book.ts'
import { decodeChannels } from '../../sdk/channel.ts'
import { voidedLeaf } from '../../sdk/record.ts'
import { proveRecord, standingOf } from '../../sdk/recordProof.ts'
import { readVectors } from '../vectors/read.ts'
import type { batchVectors } from '../vectors/records.ts'

const vectors = readVectors<ReturnType<typeof batchVectors>[number]>('batches.json')

function told(vector: (typeof vectors)[number]): ToldBatch {
  const { header } = vector
  return {
    batch: BigInt(header.batch),
    book: BigInt(header.book),
    number: header.number,
    recordedIn: header.recordedIn,
    units: BigInt(header.units),
    root: header.root,
    channels: decodeChannels(hexToBytes(vector.channels)),
    records: hexToBytes(vector.records),
  }
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

describe('a book', () => {
  it('is named by model, operator and number', () => {
    const key = { model: 2 ** 32 - 1, operator: 7, number: 2 ** 31 }
    expect(bookId(key)).toBe((0xffff_ffffn << 64n) | (7n << 32n) | (1n << 31n))
    expect(bookKeyOf(bookId(key))).toEqual(key)
  })
})

describe('a batch', () => {
  it('opens from its event as the vectors say, and stands as they say once a record is voided', () => {
    for (const vector of vectors) {
      const batch = openBatch(told(vector), vector.k)
      const { header, leaves, sum, commitment, voided } = vector
      expect(standing(batch)).toEqual({ header, leaves, sum, commitment })
      const { index, ...after } = voided
      expect(standing(voidRecord(batch, index))).toEqual(after)
    }
  })

  it('does not open to another root or to other fees', () => {
    for (const vector of vectors) {
      const event = told(vector)
      expect(() => openBatch({ ...event, root: zeroHash }, vector.k)).toThrow(`not the records of batch ${event.batch}`)
      expect(() => openBatch({ ...event, units: event.units + 1n }, vector.k)).toThrow('not the records of batch')
    }
  })

  it('loses a record once, however often it is told, and refuses one that it does not have', () => {
    for (const vector of vectors) {
      const batch = openBatch(told(vector), vector.k)
      const once = voidRecord(batch, 0)
      expect(voidRecord(once, 0)).toBe(once)
      expect(() => voidRecord(batch, batch.records.length)).toThrow(`has no record ${batch.records.length}`)
    }
  })

  it('comes to nothing once all of its records are voided, in whatever order', () => {
    for (const vector of vectors) {
      const batch = openBatch(told(vector), vector.k)
      const places = batch.records.map((_, index) => index)
      const forth = places.reduce(voidRecord, batch)
      const back = places.toReversed().reduce(voidRecord, batch)
      expect(standing(back)).toEqual(standing(forth))
      expect(forth.header.units).toBe(0n)
      expect(BigInt(sumBytes(forth) === '0x' ? 0 : sumBytes(forth))).toBe(0n)
      expect(forth.leaves).toEqual(batch.leaves.map(voidedLeaf))
    }
  })

  it('is the same however it came about', () => {
    for (const vector of vectors) {
      const event = told(vector)
      const { channels, records } = openBatch(event, vector.k)
      expect(batchOf(event, channels, records, vector.k).header.root).toBe(event.root)
    }
  })
})

describe('a record proof', () => {
  const [, vector] = vectors
  if (vector === undefined) throw new Error('There are vectors')
  const batch = openBatch(told(vector), vector.k)
  const voided = voidRecord(batch, vector.voided.index)

  it('has the path that the vectors say', () => {
    for (const one of vectors) {
      const opened = openBatch(told(one), one.k)
      expect(opened.records.map((_, index) => proveRecord(opened, index).path)).toEqual(one.proofs)
    }
  })

  it('shows each record to stand, and a voided one to be voided', () => {
    const commitment = batchCommitment(batch.header)
    const after = batchCommitment(voided.header)
    batch.records.forEach((_, index) => {
      expect(standingOf(proveRecord(batch, index), commitment)).toBe('stands')
      const expected = index === vector.voided.index ? 'voided' : 'stands'
      expect(standingOf(proveRecord(voided, index), after)).toBe(expected)
      expect(standingOf(proveRecord(batch, index), after)).toBe('not recorded')
    })
  })

  it('shows nothing of another place, another record or another header', () => {
    const commitment = batchCommitment(batch.header)
    const proof = proveRecord(batch, 1)
    const others = [
      { ...proof, index: 2n },
      { ...proof, index: BigInt(batch.header.count) },
      { ...proof, path: proof.path.slice(1) },
      { ...proof, record: { ...proof.record, feeUnits: proof.record.feeUnits === 1 ? 2 : proof.record.feeUnits - 1 } },
      { ...proof, record: { ...proof.record, salt: proof.record.salt ^ 1 } },
      { ...proof, record: { ...proof.record, payer: proof.record.payer + 1 } },
      { ...proof, header: { ...proof.header, number: proof.header.number + 1 } },
    ]
    expect(others.map((other) => standingOf(other, commitment))).toEqual(others.map(() => 'not recorded'))
    expect(() => proveRecord(batch, batch.records.length)).toThrow('holds no record')
  })
})
