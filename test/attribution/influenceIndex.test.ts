import fc from 'fast-check'
import { type Hex, hexToBytes } from 'viem'
import { describe, expect, it } from 'vitest'
import { attribute } from '../../attribution/attribution.ts'
import {
  decodeIndex,
  encodeIndex,
  type InfluenceIndex,
  indexCandidates,
  indexHash,
  indexLeaf,
  indexTree,
  nextRow,
} from '../../attribution/influenceIndex.ts'
import { rootOf } from '../../attribution/merkle.ts'
import { unpackSketch } from '../../attribution/sketch.ts'
import type { indexVectors } from '../vectors/hashes.ts'
import { readVectors } from '../vectors/read.ts'

const cases = readVectors<ReturnType<typeof indexVectors>[number]>('indexes.json').map((vector) => ({
  ...vector,
  file: hexToBytes(vector.file),
  index: {
    dims: vector.dims,
    rowCount: vector.rowCount,
    entries: vector.entries.map(({ next: _, sketch, ...entry }) => ({ ...entry, sketch: hexToBytes(sketch) })),
  } satisfies InfluenceIndex,
}))
const [first] = cases
if (!first) throw new Error('indexes.json has cases')
const HEAD = 72
const ENTRY = HEAD + first.dims / 2

/** The first case's file with some bytes changed. */
function changed(edit: (view: DataView) => void): Uint8Array {
  const file = (first as NonNullable<typeof first>).file.slice()
  edit(new DataView(file.buffer))
  return file
}

describe('an influence index file', () => {
  it('has the bytes, hash, leaves and root that the vectors say', () => {
    for (const { index, file, hash, leaves, root } of cases) {
      expect(encodeIndex(index)).toEqual(file)
      expect(indexHash(file)).toBe(hash)
      expect(index.entries.map((entry, i) => indexLeaf(entry, nextRow(index.entries, i)))).toEqual(leaves)
      expect(rootOf(indexTree(index))).toBe(root)
    }
  })

  it('links every entry to the next, and the last to the first', () => {
    for (const { index, entries } of cases) {
      expect(index.entries.map((_, i) => nextRow(index.entries, i))).toEqual(entries.map(({ next }) => next))
      expect(entries.map(({ next }) => next)).toEqual(
        [...entries.slice(1), ...entries.slice(0, 1)].map(({ row }) => row),
      )
    }
  })

  it('is read back as it was written', () => {
    for (const { index, file } of cases) expect(decodeIndex(file)).toEqual(index)
    const empty: InfluenceIndex = { dims: 64, rowCount: 3, entries: [] }
    expect(decodeIndex(encodeIndex(empty))).toEqual(empty)
  })

  it('is read the same from the middle of a larger buffer', () => {
    const buffer = Uint8Array.from([1, 2, 3, ...first.file, 4])
    expect(decodeIndex(buffer.subarray(3, 3 + first.file.length))).toEqual(first.index)
  })

  it('credits a row with the answer that its own sketch asks for', () => {
    for (const { index } of cases) {
      const candidates = indexCandidates(index)
      const best = index.entries.map((entry) => attribute(unpackSketch(entry.sketch), candidates, 1)[0]?.row)
      expect(best).toEqual(index.entries.map(({ row }) => row))
    }
  })

  it('refuses, with one sentence, what it would not have written', () => {
    const refusals: [Uint8Array, string][] = [
      [new Uint8Array(), 'This is not an influence index: its 0 bytes do not begin with the header'],
      [changed((view) => view.setUint8(7, 0x31)), 'This is not an influence index'],
      [changed((view) => view.setUint32(8, 65)), 'A sketch cannot have 65 dimensions'],
      [
        first.file.subarray(0, first.file.length - 1),
        'An influence index of 7 entries with 64 dimensions has 748 bytes; this one has 747',
      ],
      [Uint8Array.from([...first.file, 0]), 'this one has 749'],
      [changed((view) => view.setUint32(16, 0xffffffff)), 'An influence index of 4294967295 entries'],
      [changed((view) => view.setUint32(12, 5)), 'of an influence index is row'],
      [changed((view) => view.setUint32(20 + ENTRY, 0)), 'Entry 1 of an influence index is row 0 after row 0'],
      [changed((view) => view.setUint8(20 + HEAD, 0x18)), 'Entry 0 of an influence index has the nibble 0x8 as code 1'],
      [changed((view) => view.setUint32(24, 5)), 'Entry 0 of an influence index is followed by row 2, but names row 5'],
      [
        changed((view) => view.setUint32(24 + 6 * ENTRY, 1)),
        'Entry 6 of an influence index is followed by row 0, but names row 1',
      ],
    ]
    for (const [file, sentence] of refusals) expect(() => decodeIndex(file)).toThrow(sentence)
  })

  it('refuses to write entries out of order, out of range, or with a sketch of another size', () => {
    const { index } = first
    const [a, b] = index.entries
    if (!a || !b) throw new Error('The case has entries')
    const writing = (entries: InfluenceIndex['entries']) => () => encodeIndex({ ...index, entries })
    expect(writing([b, a])).toThrow('Entry 1 of an influence index is row 0 after row')
    expect(writing([a, a])).toThrow('Entry 1 of an influence index is row 0 after row 0')
    expect(writing([{ ...a, row: index.rowCount }])).toThrow('Entry 0 of an influence index is row 40 of 40')
    expect(writing([{ ...a, sketch: a.sketch.subarray(1) }])).toThrow('has a sketch of 31 bytes')
    expect(writing([{ ...a, itemHash: '0x12' as Hex }])).toThrow('"0x12" is not a hash')
  })

  it('never reads a file differently than it would write it', () => {
    fc.assert(
      fc.property(fc.nat(first.file.length - 1), fc.integer({ min: 0, max: 255 }), (at, byte) => {
        const file = changed((view) => view.setUint8(at, byte))
        let index: InfluenceIndex
        try {
          index = decodeIndex(file)
        } catch {
          return
        }
        expect(encodeIndex(index)).toEqual(file)
      }),
    )
  })
})
