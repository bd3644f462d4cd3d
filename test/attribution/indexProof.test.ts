import fc from 'fast-check'
import { keccak256, slice } from 'viem'
import { describe, expect, it } from 'vitest'
import { isAbsent, positionShowing, proveEntries } from '../../attribution/indexProof.ts'
import { type InfluenceIndex, indexTree, nextRow } from '../../attribution/influenceIndex.ts'
import { rootOf } from '../../attribution/merkle.ts'
import { rootOfMultiproof } from '../../attribution/multiproof.ts'

const ROWS = 30
const ENTRY = 72 + 32

const indexOf = (rows: readonly number[]): InfluenceIndex => ({
  dims: 64,
  rowCount: ROWS,
  entries: rows.map((row) => ({
    row,
    contribution: keccak256('0x01'),
    itemHash: keccak256(`0x${row.toString(16).padStart(2, '0')}`),
    sketch: new Uint8Array(32).fill(0x17),
  })),
})

const indexes = fc.uniqueArray(fc.nat(ROWS - 1), { minLength: 1 }).map((rows) => indexOf(rows.sort((a, b) => a - b)))

describe('a proof from an influence index', () => {
  it('leads from its entries to the root', () => {
    fc.assert(
      fc.property(indexes, fc.infiniteStream(fc.boolean()), (index, chosen) => {
        const tree = indexTree(index)
        const drawn = index.entries.map((_, i) => i).filter(() => chosen.next().value)
        const positions = drawn.length > 0 ? drawn : [0]
        const { entries, ...proof } = proveEntries(index, tree, positions)
        const leaves = positions.map((_, i) => keccak256(slice(entries, i * ENTRY, (i + 1) * ENTRY)))
        expect(rootOfMultiproof(leaves, proof)).toBe(rootOf(tree))
      }),
    )
  })

  it('of one entry shows that a row has none, of exactly the rows without', () => {
    fc.assert(
      fc.property(indexes, (index) => {
        const found = Array.from({ length: ROWS }, (_, row) => {
          const position = positionShowing(index, row) as number
          return isAbsent(row, index.entries[position]?.row as number, nextRow(index.entries, position))
        })
        const listed = new Set(index.entries.map(({ row }) => row))
        expect(found).toEqual(found.map((_, row) => !listed.has(row)))
      }),
    )
  })

  it('shows a row that has an entry by that entry, and none where there are no entries', () => {
    const index = indexOf([2, 5, 9])
    expect([2, 3, 5, 9, 20, 0].map((row) => positionShowing(index, row))).toEqual([0, 0, 1, 2, 2, 2])
    expect(positionShowing(indexOf([]), 4)).toBeUndefined()
  })
})
