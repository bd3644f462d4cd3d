import fc from 'fast-check'
import { bytesToHex, type Hex, keccak256 } from 'viem'
import { describe, expect, it } from 'vitest'
import { MalformedError } from '../../attribution/malformed.ts'
import {
  decodeRowIndex,
  encodeRow,
  encodeRowIndex,
  type IndexRow,
  isKept,
  type RowIndex,
  rowIndexHash,
} from '../../attribution/rowIndex.ts'
import { packSketch } from '../../attribution/sketch.ts'
import { codeCounts } from './draws.ts'
import { sketchOf } from './fast/draw.ts'

const K = 64
const item = (byte: number): Hex => `0x${byte.toString(16).padStart(2, '0').repeat(32)}`
const sketch = packSketch(new Int8Array(K).fill(7))
const zero = packSketch(new Int8Array(K))

/** Two units: a row that counts and one that copies it; a row of zeros that copies it too. */
const SMALL: RowIndex = {
  k: K,
  units: [
    [
      { itemHash: item(0xa1), multiplier: 0x1234, sketch },
      { itemHash: item(0xa2), multiplier: 0, sketch, copies: { unit: 0, row: 0 } },
    ],
    [{ itemHash: item(0xa3), multiplier: 0, sketch: zero, copies: { unit: 0, row: 1 } }],
  ],
}
const SMALL_FILE = encodeRowIndex(SMALL)
/** Where its rows begin. */
const [FIRST, SECOND, THIRD] = [24, 24 + 66, 24 + 66 + 72 + 4]

const indexes: fc.Arbitrary<RowIndex> = codeCounts.chain((k) => {
  const row = fc
    .tuple(
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      sketchOf(k),
      fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 65_535 })),
      fc.record({ unit: fc.integer({ min: 0, max: 65_535 }), row: fc.integer({ min: 0, max: 2 ** 32 - 1 }) }),
    )
    .map(([hash, codes, multiplier, copies]): IndexRow => {
      const common = { itemHash: bytesToHex(hash), multiplier, sketch: packSketch(codes) }
      return multiplier === 0 ? { ...common, copies } : common
    })
  const units = fc.array(fc.array(row, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 4 })
  return units.map((drawn) => ({ k, units: drawn }))
})

function changed(edit: (view: DataView) => void): Uint8Array {
  const file = SMALL_FILE.slice()
  edit(new DataView(file.buffer))
  return file
}

describe('a row index', () => {
  it('has the bytes that the protocol says', () => {
    const codes = '77'.repeat(32)
    expect(bytesToHex(SMALL_FILE)).toBe(
      [
        '0x4174747249647833', // AttrIdx3
        '000000400000000200000003',
        '00000002',
        `${'a1'.repeat(32)}1234${codes}`,
        `${'a2'.repeat(32)}0000${codes}000000000000`,
        '00000001',
        `${'a3'.repeat(32)}0000${'00'.repeat(32)}000000000001`,
      ].join(''),
    )
    expect(rowIndexHash(SMALL_FILE)).toBe(keccak256(SMALL_FILE))
  })

  it('is read back as it was written', () => {
    fc.assert(
      fc.property(indexes, (index) => {
        expect(decodeRowIndex(encodeRowIndex(index))).toEqual(index)
      }),
    )
  })

  it('is read the same from the middle of a larger buffer', () => {
    const buffer = Uint8Array.from([1, 2, 3, ...SMALL_FILE, 4])
    expect(decodeRowIndex(buffer.subarray(3, 3 + SMALL_FILE.length))).toEqual(SMALL)
  })

  it('is never read differently than it would be written, and not at all where its header or a count is changed', () => {
    const readAt = Array.from({ length: 4 * SMALL_FILE.length }, (_, change) => change).flatMap((change) => {
      const at = change >> 2
      const file = SMALL_FILE.with(at, (SMALL_FILE[at] as number) ^ ([0x01, 0x08, 0x80, 0xff][change & 3] as number))
      try {
        expect(encodeRowIndex(decodeRowIndex(file))).toEqual(file)
        return [at]
      } catch (error) {
        if (error instanceof MalformedError) return []
        throw error
      }
    })
    const counts = (at: number) => at < FIRST || (at >= THIRD - 4 && at < THIRD)
    expect(readAt.length).toBeGreaterThan(400)
    expect(readAt.filter(counts)).toEqual([])
  })

  it('is refused cut short anywhere, and with bytes after its end', () => {
    for (let length = 0; length < SMALL_FILE.length; length++) {
      expect(() => decodeRowIndex(SMALL_FILE.subarray(0, length))).toThrow()
    }
    expect(() => decodeRowIndex(Uint8Array.from([...SMALL_FILE, 0]))).toThrow(
      'A row index has 1 bytes after its last row',
    )
  })

  it('refuses, with one sentence, what it would not have written', () => {
    const refusals: [Uint8Array, string][] = [
      [new Uint8Array(), 'This is no row index: its 0 bytes do not begin with the header "AttrIdx3"'],
      [changed((view) => view.setUint8(7, 0x32)), 'This is no row index'],
      [changed((view) => view.setUint32(8, 65)), 'A sketch cannot have 65 codes'],
      [changed((view) => view.setUint32(12, 0)), 'A row index cannot have 0 units'],
      [changed((view) => view.setUint32(12, 1025)), 'A row index cannot have 1025 units'],
      [changed((view) => view.setUint32(12, 3)), 'A row index of 238 bytes ends within row 0 of unit 2'],
      [changed((view) => view.setUint32(16, 4)), 'A row index names 4 rows in its header, but its 2 units have 3'],
      [changed((view) => view.setUint32(20, 0)), 'Unit 0 of a row index has no rows'],
      [changed((view) => view.setUint32(20, 1)), 'A row index of 238 bytes ends within row 2 of unit 1'],
      [changed((view) => view.setUint32(THIRD - 4, 2)), 'A row index of 238 bytes ends within row 1 of unit 1'],
      [changed((view) => view.setUint8(FIRST + 34, 0x78)), 'Row 0 of unit 0 has the nibble 0x8 as code 1'],
      [changed((view) => view.setUint8(SECOND + 34 + 31, 0x80)), 'Row 1 of unit 0 has the nibble 0x8 as code 62'],
    ]
    for (const [file, sentence] of refusals) expect(() => decodeRowIndex(file)).toThrow(sentence)
  })

  it('refuses to write rows that are none', () => {
    const [row] = SMALL.units[0] as [IndexRow]
    const writing = (changes: Partial<IndexRow>) => () =>
      encodeRowIndex({ k: K, units: [[row, { ...row, ...changes }]] })
    expect(() => encodeRowIndex({ k: K, units: [] })).toThrow('A row index cannot have 0 units')
    expect(() => encodeRowIndex({ k: K, units: [[row], []] })).toThrow('Unit 1 of a row index has no rows')
    expect(writing({ sketch: sketch.subarray(1) })).toThrow('Row 1 of unit 0 has a sketch of 31 bytes')
    expect(writing({ sketch: sketch.with(3, 0x80) })).toThrow('Row 1 of unit 0 has the nibble 0x8 as code 6')
    for (const multiplier of [-1, 1.5, 65_536]) {
      expect(writing({ multiplier })).toThrow(`Row 1 of unit 0 has the multiplier ${multiplier}`)
    }
    expect(writing({ multiplier: 0 })).toThrow('has the multiplier 0 and does not name a row that it copies')
    expect(writing({ copies: { unit: 0, row: 0 } })).toThrow('has the multiplier 4660 and names a row that it copies')
    expect(writing({ multiplier: 0, copies: { unit: 65_536, row: 0 } })).toThrow('copies row 0 of unit 65536')
    expect(writing({ itemHash: '0x12' })).toThrow('"0x12" is not a hash')
  })
})

describe('a row', () => {
  it('has no 64 bytes, so that its leaf passes for no node', () => {
    const rows = SMALL.units.flat().map((row) => encodeRow(row).length)
    expect(rows).toEqual([66, 72, 72])
  })

  it('is kept where it counts', () => {
    expect(SMALL.units.flat().map(isKept)).toEqual([true, false, false])
  })
})
