import type { Hex } from 'viem'
import { describe, expect, it } from 'vitest'
import { randomSource } from '../../../attribution/random.ts'
import { decodeRowIndex } from '../../../attribution/rowIndex.ts'
import { findRowIndexFaults } from '../../../attribution/rowIndexFindings.ts'
import type { UnitHeader } from '../../../attribution/rowIndexTree.ts'
import { quantise } from '../../../attribution/sketch.ts'
import { buildUnitIndex, findRunCopies } from '../../../pipeline/publish/unitIndex.ts'
import { hash } from '../../vectors/draw.ts'

const K = 64
const next = randomSource(40)
const contributions = [30, 4, 1_100, 2].map((items) => ({ id: hash(next), items }))
const rows = contributions.flatMap(({ id, items }) =>
  Array.from({ length: items }, () => ({ contribution: id, itemHash: hash(next) })),
)
/** Every hundredth row repeats the one before it, the first of the last contribution the first of all. */
const copied = (row: number) => (row % 100 === 99 ? row - 1 : row === rows.length - 2 ? 0 : undefined)
const values = new Float32Array(rows.length * K)
rows.forEach((_, row) => {
  const original = copied(row)
  if (original !== undefined) values.copyWithin(row * K, original * K, (original + 1) * K)
  else for (let d = 0; d < K; d++) values[row * K + d] = (next() - 2 ** 31) / 2 ** 31
})
const codes = rows.map((_, row) => quantise(values.subarray(row * K, (row + 1) * K)))
const mapped = { n: rows.length, width: K, values }
const accepted = new Map<Hex, number>(contributions.map(({ id }, position) => [id, position]))

describe('near-copies of a run', () => {
  it('are the rows that repeat an earlier accepted one', () => {
    const expected = rows.flatMap((_, row) => {
      const original = copied(row)
      return original === undefined ? [] : [[row, original]]
    })
    expect([...findRunCopies(rows, codes, accepted)].toSorted(([a], [b]) => a - b)).toEqual(expected)
  })

  it('are the others where the contributions were accepted the other way round', () => {
    const reversed = new Map<Hex, number>(contributions.map(({ id }, position) => [id, -position]))
    expect(findRunCopies(rows, codes, reversed).get(0)).toBe(rows.length - 2)
  })
})

describe('a unit index', () => {
  const copies = findRunCopies(rows, codes, accepted)
  const built = buildUnitIndex(rows, { codes, mapped }, contributions, copies)

  it('holds every row once, with its item, in units in which nobody finds a fault', () => {
    const index = decodeRowIndex(built.file)
    const found = index.units.flat().map(({ itemHash }) => itemHash)
    expect(found.toSorted()).toEqual(rows.map(({ itemHash }) => itemHash).toSorted())
    const registered = built.given.map((unit, u) => ({ ...unit, kept: (built.headers[u] as UnitHeader).kept }))
    expect(findRowIndexFaults(index, registered)).toEqual([])
  })

  it('counts kept and dropped rows of each contribution as its items', () => {
    const byId = new Map(built.plan.contributions.map(({ id, kept, items }) => [id, { kept, items }]))
    for (const { id, items } of contributions) {
      const dropped = rows.filter(({ contribution }, row) => contribution === id && copies.has(row)).length
      expect(byId.get(id)).toEqual({ kept: items - dropped, items })
    }
    expect(built.plan.units.map(({ kind }) => kind).toSorted()).toEqual(['joint', 'own', 'own', 'own'])
  })

  it('names of every dropped row the kept row that it copies', () => {
    const places = new Map(
      built.index.units.flatMap((unit, u) =>
        unit.map(({ itemHash }, row): [Hex, { unit: number; row: number }] => [itemHash, { unit: u, row }]),
      ),
    )
    for (const { itemHash, copies: named, multiplier } of built.index.units.flat()) {
      const row = rows.findIndex((one) => one.itemHash === itemHash)
      const original = copies.get(row)
      expect(multiplier === 0).toBe(original !== undefined)
      expect(named).toEqual(
        original === undefined ? undefined : places.get((rows[original] as { itemHash: Hex }).itemHash),
      )
    }
  })

  it('is refused where a contribution’s rows are not its items', () => {
    const short = contributions.map((one, i) => (i === 1 ? { ...one, items: 5 } : one))
    expect(() => buildUnitIndex(rows, { codes, mapped }, short, copies)).toThrow('was planned with')
  })
})
