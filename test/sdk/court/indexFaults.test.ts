import { type Hex, numberToHex } from 'viem'
import { describe, expect, it } from 'vitest'
import { keccak } from '../../../attribution/keccak.ts'
import { rootOfMultiproof } from '../../../attribution/multiproof.ts'
import { packSketch } from '../../../attribution/sketch.ts'
import { readCommittedIndex, showEntries } from '../../../sdk/court/committedIndex.ts'
import { type ContributionFacts, findIndexFaults, findNearCopies } from '../../../sdk/court/indexFaults.ts'
import { fileOf, type RawEntry } from '../../fraud/indexFrauds.ts'

const DIMS = 64
const ROWS = 10

const name = (number: number): Hex => numberToHex(number, { size: 32 })
const axis = (d: number, value = 7): Uint8Array => {
  const codes = new Int8Array(DIMS)
  codes[d] = value
  return packSketch(codes)
}
const entry = (row: number, next: number, change: Partial<RawEntry> = {}): RawEntry => ({
  row,
  next,
  contribution: name(1 + (row % 2)),
  itemHash: name(100 + row),
  sketch: axis(row),
  ...change,
})
const sound = [entry(1, 4), entry(4, 5), entry(5, 8), entry(8, 1)]

const facts: ContributionFacts = {
  contributorOf: (contribution) => (contribution === name(9) ? undefined : 1),
  isIncluded: (contribution) => contribution !== name(9),
  acceptedAt: (contribution) => Number(BigInt(contribution)),
  itemsOf: () => undefined,
}
const read = (entries: readonly RawEntry[]) => readCommittedIndex(fileOf(entries, ROWS, DIMS), DIMS)
const faultsOf = (entries: readonly RawEntry[], known: ContributionFacts = facts) =>
  findIndexFaults(read(entries), ROWS, known).map(({ reason: _, ...fault }) => fault)
const copiesOf = (entries: readonly RawEntry[]) =>
  [...findNearCopies(read(entries), facts)].flat().map(({ reason: _, ...fault }) => fault)

describe('an influence index is examined', () => {
  it('and found sound, in whatever order its leaves are', () => {
    expect(faultsOf(sound)).toEqual([])
    expect(faultsOf(sound.toReversed())).toEqual([])
    expect(faultsOf([entry(3, 3)])).toEqual([])
    expect(copiesOf(sound)).toEqual([])
  })

  describe('given an entry that may not be in it', () => {
    it('because the model has no such row', () => {
      const entries = [entry(1, 4), entry(4, 10), entry(10, 1)]
      expect(faultsOf(entries)).toEqual([{ kind: 'ForeignRow', row: 10, position: 2 }])
    })

    it('because its sketch is none', () => {
      const entries = sound.map((one) => (one.row === 4 ? { ...one, sketch: new Uint8Array(32).fill(0x80) } : one))
      expect(faultsOf(entries)).toEqual([{ kind: 'ForeignRow', row: 4, position: 1 }])
      expect(copiesOf(entries)).toEqual([])
    })

    it('because no version includes its contribution', () => {
      const entries = sound.map((one) => (one.row === 5 ? { ...one, contribution: name(9) } : one))
      expect(faultsOf(entries)).toEqual([{ kind: 'ForeignRow', row: 5, position: 2 }])
    })
  })

  describe('given two entries that cannot stand beside each other', () => {
    it('because they are of one row', () => {
      const entries = [entry(1, 4), entry(4, 5), entry(4, 5, { sketch: axis(9) }), entry(5, 8), entry(8, 1)]
      expect(faultsOf(entries)).toEqual([{ kind: 'ConflictingRows', row: 4, positions: [1, 2] }])
      expect(faultsOf([entry(1, 4), entry(4, 1), entry(4, 1)])).toEqual([])
    })

    it('because a link passes over the other’s row', () => {
      expect(faultsOf([entry(1, 5), entry(4, 5), entry(5, 8), entry(8, 1)])).toEqual([
        { kind: 'ConflictingRows', row: 4, positions: [0, 1] },
      ])
      expect(faultsOf([entry(1, 4), entry(4, 5), entry(5, 8), entry(8, 4)])).toEqual([
        { kind: 'ConflictingRows', row: 1, positions: [0, 3] },
      ])
      expect(faultsOf([entry(1, 4), entry(4, 5), entry(5, 1), entry(8, 1)])).toEqual([
        { kind: 'ConflictingRows', row: 8, positions: [2, 3] },
      ])
    })

    it('because they are near-copies, of which the later accepted is false', () => {
      const copy = axis(1)
      copy[1] = 0x10
      const entries = sound.map((one) => (one.row === 8 ? { ...one, sketch: copy } : one))
      // Row 8 is of contribution 1 and row 1 of contribution 2: the other way round than their numbers.
      expect(copiesOf(entries)).toEqual([{ kind: 'ConflictingRows', row: 1, positions: [0, 3] }])
      const own = sound.map((one) => (one.row === 5 ? { ...one, sketch: copy } : one))
      // Row 5 repeats row 1 of its own contribution.
      expect(copiesOf(own)).toEqual([{ kind: 'ConflictingRows', row: 5, positions: [0, 2] }])
    })
  })

  describe('given a row that nobody can show', () => {
    it('because it has no entry and no link passes it over', () => {
      expect(faultsOf([entry(1, 3), entry(4, 5), entry(5, 8), entry(8, 1)])).toEqual([{ kind: 'WithheldRow', row: 3 }])
      expect(faultsOf([entry(1, 4), entry(4, 5), entry(5, 8), entry(8, 0)])).toEqual([{ kind: 'WithheldRow', row: 0 }])
      expect(faultsOf([])).toEqual([{ kind: 'WithheldRow', row: 0 }])
    })

    it('because its item was never contributed', () => {
      const known = { ...facts, itemsOf: (of: Hex) => (of === name(1) ? new Set([name(104)]) : undefined) }
      expect(faultsOf(sound, known)).toEqual([{ kind: 'WithheldRow', row: 8 }])
    })
  })
})

describe('entries that are shown', () => {
  it('lead to the root of the file’s leaves, links as they stand', () => {
    const index = read([entry(1, 7), entry(4, 5), entry(5, 8)])
    const { entries, siblings, steps } = showEntries(index, [0, 2])
    const shown = [0, 2].map((position) => index.entries[position]?.bytes ?? new Uint8Array())
    expect(entries).toBe(`0x${shown.map((bytes) => Buffer.from(bytes).toString('hex')).join('')}`)
    expect(
      rootOfMultiproof(
        shown.map((bytes) => keccak(bytes)),
        { siblings, steps },
      ),
    ).toBe(index.root)
  })

  it('are none of a file that is no index with those dimensions', () => {
    expect(() => readCommittedIndex(fileOf(sound, ROWS, DIMS), 128)).toThrow(
      'is no influence index with 128 dimensions',
    )
    expect(() => readCommittedIndex(new Uint8Array(10), DIMS)).toThrow('A file of 10 bytes is no influence index')
  })
})
