import { type Hex, hexToBytes, keccak256 } from 'viem'
import { describe, expect, it } from 'vitest'
import { keccak } from '../../attribution/keccak.ts'
import { verifyProof } from '../../attribution/merkle.ts'
import { standsAt } from '../../attribution/orderedMerkle.ts'
import { encodeRow, encodeRowIndex } from '../../attribution/rowIndex.ts'
import { rowIndexRoot, unitHeaders, unitLeaf } from '../../attribution/rowIndexTree.ts'
import { itemLeaf } from '../../sdk/contribution.ts'
import { itemHashOf, rawIndexRoot, rawUnitHeaders, splitRowIndex, twinOf } from '../../sdk/rawRowIndex.ts'
import { nothingRead, readOn, rowPages, UNIT_FAULTS } from '../../sdk/rowsRead.ts'
import { showItem, showRow, showUnit } from '../../sdk/unitProof.ts'
import { soundModel } from '../attribution/soundModel.ts'

const { index, contributions } = soundModel()
const file = encodeRowIndex(index)
const raw = splitRowIndex(file)
const headers = rawUnitHeaders(raw, contributions)
const root = rawIndexRoot(headers)

describe('a row index as its bytes lie', () => {
  it('has the rows, the units and the root of the index that was written', () => {
    expect(raw.k).toBe(index.k)
    expect(raw.units).toEqual(index.units.map((rows) => rows.map(encodeRow)))
    expect(headers).toEqual(unitHeaders(index, contributions))
    expect(root).toBe(rowIndexRoot(headers))
    expect(itemHashOf(raw.units[0]?.[1] as Uint8Array)).toBe(index.units[0]?.[1]?.itemHash)
    expect(twinOf(raw.units[1]?.[4] as Uint8Array, raw.k)).toEqual({ unit: 1, row: 3 })
  })

  it('is refused where the file is another one, is cut short or goes on', () => {
    expect(() => splitRowIndex(file.subarray(0, 10))).toThrow('A file of 10 bytes is no row index')
    expect(() => splitRowIndex(file.subarray(0, -1))).toThrow('is no row index')
    expect(() => splitRowIndex(Uint8Array.from([...file, 0]))).toThrow('is no row index')
    expect(() => splitRowIndex(Uint8Array.from([1, ...file.subarray(1)]))).toThrow('is no row index')
  })
})

describe('what a court is shown', () => {
  it('leads from every unit and row to the root', () => {
    index.units.forEach((rows, unit) => {
      const { path, unit: number, ...header } = showUnit(headers, unit)
      expect(standsAt(root, unitLeaf(header), { place: number, count: headers.length, siblings: path })).toBe(true)
      rows.forEach((_, place) => {
        const shown = showRow(raw, unit, place)
        const leaf = keccak(hexToBytes(shown.row))
        const at = { place: shown.index, count: rows.length, siblings: shown.path }
        expect(standsAt(header.rowsRoot, leaf, at)).toBe(true)
      })
    })
    expect(() => showUnit(headers, 3)).toThrow('There is no unit 3 of 3')
    expect(() => showRow(raw, 0, 5)).toThrow('There is no row 5 of 5')
  })

  it('leads from an item to its contribution', () => {
    const itemHashes = ['0x01', '0x02', '0x03'].map((item) => keccak256(item as Hex))
    const item = itemHashes[1] as Hex
    const shown = showItem({ dataset: 4, itemHashes }, item, 2)
    expect(shown).toMatchObject({ dataset: 4, itemCount: 3, member: 2 })
    expect(verifyProof(shown.itemsRoot, itemLeaf(item), shown.path)).toBe(true)
    expect(() => showItem({ dataset: 4, itemHashes }, root, 0)).toThrow('No item of this contribution')
  })
})

describe('rows read in pages', () => {
  const rows = raw.units.flat()
  const total = new Float64Array(raw.k)
  const terms = { k: raw.k, unitCount: raw.units.length, total }

  it('come to the same in any paging, but for what follows the frontier', () => {
    const whole = readOn(nothingRead(terms), rows, terms)
    for (const most of [1, 200, 1_000, 1_000_000]) {
      const pages = rowPages(rows, most)
      expect(pages.flat()).toEqual(rows)
      expect(pages.every((page) => page.length === 1 || page.reduce((sum, row) => sum + row.length, 0) <= most)).toBe(
        true,
      )
      expect(pages.reduce((read, page) => readOn(read, page, terms), nothingRead(terms))).toEqual(whole)
    }
    expect(whole).toMatchObject({ count: 15n, kept: 12, isFalse: false })
  })

  it('add nothing up where they are only shown', () => {
    const shown = { ...terms, total: undefined }
    expect(readOn(nothingRead(shown), rows, shown)).toMatchObject({ count: 15n, kept: 0, weight: 0, sum: '0x' })
  })

  it('keep the first fault: a code that is none, a copy of no unit, a row above its cap', () => {
    const [first, second] = rows as [Uint8Array, Uint8Array]
    const invalid = first.slice()
    invalid[40] = 0x80
    const heavy = second.slice()
    heavy[32] = 0xff
    const stray = (rows[4] as Uint8Array).slice()
    stray[stray.length - 6] = 0xff
    const faultOf = (...given: readonly Uint8Array[]) => {
      const { isFalse, fault } = readOn(nothingRead(terms), given, terms)
      return isFalse ? UNIT_FAULTS[fault] : 'none'
    }
    expect(faultOf(first, second)).toBe('none')
    expect(faultOf(first, invalid)).toBe('Malformed')
    expect(faultOf(stray)).toBe('Malformed')
    expect(faultOf(heavy, invalid)).toBe('AboveCap')
    expect(faultOf(...Array.from({ length: 1_025 }, () => first))).toBe('FalseSum')
  })
})
