import { bytesToHex, encodePacked, type Hex, keccak256, zeroHash } from 'viem'
import { describe, expect, it } from 'vitest'
import { rootOf } from '../../attribution/merkle.ts'
import { orderedRoot } from '../../attribution/orderedMerkle.ts'
import { encodeRow, type IndexRow } from '../../attribution/rowIndex.ts'
import {
  proveRow,
  rowIndexRoot,
  rowLeaf,
  rowStands,
  unitHeaders,
  unitLeaf,
  unitsTree,
} from '../../attribution/rowIndexTree.ts'
import { soundModel } from './soundModel.ts'

const { index, contributions } = soundModel()
const headers = unitHeaders(index, contributions)
const root = rowIndexRoot(headers)

describe('what a model commits to of its row index', () => {
  it('is a leaf a row, and a leaf a unit of its rows’ root, rows, kept rows and contribution', () => {
    const [row] = index.units[0] as [IndexRow]
    expect(rowLeaf(row)).toBe(keccak256(encodeRow(row)))
    const [header] = headers
    const contribution = contributions[0] as Hex
    const rowsRoot = orderedRoot((index.units[0] ?? []).map(rowLeaf))
    expect(header).toEqual({ rowsRoot, rows: 5, kept: 4, contribution })
    expect(unitLeaf({ rowsRoot, rows: 5, kept: 4, contribution })).toBe(
      keccak256(encodePacked(['bytes32', 'uint32', 'uint32', 'bytes32'], [rowsRoot, 5, 4, contribution])),
    )
    expect(headers[1]?.contribution).toBe(zeroHash)
    expect(root).toBe(orderedRoot(headers.map(unitLeaf)))
    expect(root).toBe(rootOf(unitsTree(headers)))
  })

  it('counts a row of zeros as kept', () => {
    expect(headers.map(({ kept }) => kept)).toEqual([4, 4, 4])
  })

  it('shows every row at its place', () => {
    const standing = index.units.flatMap((rows, unit) =>
      rows.map((row, number) => {
        const proof = proveRow(index, headers, { unit, row: number })
        expect(proof.row).toBe(row)
        expect([proof.unitPath.place, proof.rowPath.place]).toEqual([unit, number])
        return rowStands(root, proof)
      }),
    )
    expect(standing).toEqual(new Array(15).fill(true))
  })

  it('shows no other row, no other place, and no other counts', () => {
    const proof = proveRow(index, headers, { unit: 1, row: 2 })
    const { row, rowPath, unit, unitPath } = proof
    const others = [
      { ...proof, row: { ...row, multiplier: row.multiplier + 1 } },
      { ...proof, rowPath: { ...rowPath, place: 3 } },
      { ...proof, rowPath: { ...rowPath, count: 6 } },
      { ...proof, unit: { ...unit, kept: 5 } },
      { ...proof, unit: { ...unit, contribution: contributions[0] as Hex } },
      { ...proof, unit: { ...unit, rows: 4 }, rowPath: { ...rowPath, count: 4 } },
      { ...proof, unitPath: { ...unitPath, place: 0 } },
    ]
    expect(others.map((other) => rowStands(root, other))).toEqual(new Array(7).fill(false))
    expect(rowStands(keccak256(root), proof)).toBe(false)
  })

  it('takes the contribution of every unit', () => {
    expect(() => unitHeaders(index, contributions.slice(1))).toThrow(
      'A row index of 3 units does not go with the contributions of 2',
    )
  })

  it('shows no row that is not there', () => {
    expect(() => proveRow(index, headers, { unit: 3, row: 0 })).toThrow('There is no row 0 in unit 3 of 3')
    expect(() => proveRow(index, headers, { unit: 0, row: 5 })).toThrow('There is no row 5 in unit 0 of 3')
  })

  it('has bytes in which the multiplier follows the item', () => {
    const [row] = index.units[0] as [IndexRow]
    expect(bytesToHex(encodeRow(row)).slice(0, 70)).toBe(
      `${row.itemHash}${row.multiplier.toString(16).padStart(4, '0')}`,
    )
  })
})
