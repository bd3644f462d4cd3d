import { type Hex, numberToHex } from 'viem'
import { describe, expect, it } from 'vitest'
import { encodeIndex, type InfluenceIndex } from '../../../attribution/influenceIndex.ts'
import { packSketch } from '../../../attribution/sketch.ts'
import { readCommittedIndex } from '../../../sdk/court/committedIndex.ts'
import { findRecordFault, judgedIndex } from '../../../sdk/court/recordFault.ts'
import type { InferenceRecord, RecordRow } from '../../../sdk/record.ts'

const DIMS = 64
const TOP_K = 2

/** A sketch whose first codes are given and whose others are zero. */
function sketch(...codes: readonly number[]): Uint8Array {
  const all = new Int8Array(DIMS)
  all.set(codes)
  return packSketch(all)
}

const contribution = (number: number): Hex => numberToHex(number, { size: 32 })
const entry = (row: number, of: number, codes: readonly number[]) => ({
  row,
  contribution: contribution(of),
  itemHash: numberToHex(row, { size: 32 }),
  sketch: sketch(...codes),
})

// Rows 1 and 4 have no leaf. For the query (7) the scores of the others are in the proportion 7 : 42/√45 : 0 : 0.
const index: InfluenceIndex = {
  dims: DIMS,
  rowCount: 6,
  entries: [entry(0, 10, [7]), entry(2, 20, [6, 3]), entry(3, 30, [0, 7]), entry(5, 30, [-7])],
}
const committed = readCommittedIndex(encodeIndex(index), DIMS)
const judged = judgedIndex(committed, [])
const contributors = new Map([10, 20, 30].map((number) => [contribution(number), number / 10]))
const facts = { contributorOf: (name: Hex) => contributors.get(name) }

const record = (...rows: readonly (readonly [number, number, number])[]): InferenceRecord => ({
  commitment: contribution(1),
  payer: 9,
  feeGwei: 1n,
  rows: rows.map(([row, account, weight]): RecordRow => ({ row, account, weight })),
  sketch: sketch(7),
})
const judge = (judgedRecord: InferenceRecord, topK = TOP_K) => findRecordFault(judgedRecord, topK, judged, facts)

const honest = record([0, 1, 34_594], [2, 2, 30_941])

describe('a record is judged', () => {
  it('to be right where it is what the rules make of its sketch', () => {
    expect(judge(honest)).toBeUndefined()
    expect(judge({ ...record(), sketch: sketch(0, 0, 7) })).toBeUndefined()
  })

  describe('given a listed row', () => {
    it('that has no leaf, by the entry whose link passes it over', () => {
      expect(judge(record([0, 1, 34_594], [1, 2, 30_941]))).toEqual({ kind: 'AbsentRow', row: 1, positions: [0] })
      expect(judge(record([4, 1, 34_594], [2, 2, 30_941]))).toEqual({ kind: 'AbsentRow', row: 4, positions: [2] })
    })

    it('that is credited to another account, by its entry', () => {
      expect(judge(record([0, 1, 34_594], [2, 3, 30_941]))).toEqual({ kind: 'WrongAccount', row: 2, positions: [1] })
    })

    it('that is false in the index, by nothing of its own', () => {
      const fault = { kind: 'ForeignRow', row: 2, reason: '', position: 1 } as const
      expect(findRecordFault(honest, TOP_K, judgedIndex(committed, [fault]), facts)).toEqual({
        kind: 'StruckRow',
        row: 2,
      })
    })
  })

  describe('given a row left out', () => {
    it('and a place for it, by its entry alone', () => {
      expect(judge(record([0, 1, 65_535]))).toEqual({ kind: 'OmittedRow', row: 2, positions: [1], omitted: 0 })
      expect(judge(record())).toEqual({ kind: 'OmittedRow', row: 0, positions: [0], omitted: 0 })
    })

    it('and no place, by its entry and that of the listed row that counts for least', () => {
      const wrong = record([0, 1, 40_000], [3, 3, 25_535])
      expect(judge(wrong)).toEqual({ kind: 'OmittedRow', row: 2, positions: [1, 2], omitted: 0 })
      const reversed = record([3, 3, 40_000], [2, 2, 25_535])
      expect(judge(reversed)).toEqual({ kind: 'OmittedRow', row: 0, positions: [0, 2], omitted: 0 })
    })
  })

  describe('given the right rows', () => {
    it('with weights off by one, in another order, or with one that moved nothing, by all their entries', () => {
      const byAll = { kind: 'WrongWeights', positions: [0, 1] }
      expect(judge(record([0, 1, 34_595], [2, 2, 30_940]))).toEqual(byAll)
      expect(judge(record([2, 2, 34_594], [0, 1, 30_941]))).toEqual(byAll)
      const padded = record([0, 1, 34_594], [2, 2, 30_941], [5, 3, 0])
      expect(judge(padded, 3)).toEqual({ kind: 'WrongWeights', positions: [0, 1, 3] })
    })
  })

  it('to be undecided where no entry speaks of a listed row and nothing else is wrong', () => {
    const entries = committed.entries.map((one) => (one.row === 3 ? { ...one, next: 4 } : one))
    const gap = judgedIndex({ ...committed, entries }, [])
    expect(findRecordFault(record([0, 1, 34_594], [4, 2, 30_941]), TOP_K, gap, facts)).toBeUndefined()
    expect(findRecordFault(record([3, 3, 34_594], [4, 2, 30_941]), TOP_K, gap, facts)).toMatchObject({
      kind: 'OmittedRow',
      row: 0,
    })
  })
})
