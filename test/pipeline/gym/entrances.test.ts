import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findDuplicates } from '../../../attribution/duplicates.ts'
import { dot } from '../../../attribution/score.ts'
import { AS_PAID, ENTRANCES, type IndexRow } from '../../../pipeline/gym/entrances.ts'
import { productsOf } from '../../../pipeline/gym/products.ts'

const DIMS = 64
const code = fc.integer({ min: -7, max: 7 })
const sketch = fc.array(code, { minLength: DIMS, maxLength: DIMS }).map((codes) => Int8Array.from(codes))
/** Rows of three contributions, some of them the same sketch again. */
const rows = fc
  .array(
    fc.record({ of: fc.nat(2), fresh: sketch, repeats: fc.option(fc.nat(), { freq: 2 }), isFlagged: fc.boolean() }),
    { maxLength: 24 },
  )
  .map((drawn) => {
    const made: IndexRow[] = []
    for (const [row, { of, fresh, repeats, isFlagged }] of drawn.toSorted((a, b) => a.of - b.of).entries()) {
      const codes = (repeats === null ? undefined : made[repeats % Math.max(1, row)]?.codes) ?? fresh
      made.push({ row, contribution: `${of}`, codes, isFlagged })
    }
    return made
  })
const productsIn = (all: readonly IndexRow[]) => productsOf(all.map(({ codes }) => codes))
const named = (part: string) => {
  const found = ENTRANCES.find(({ name }) => name === part)
  if (found === undefined) throw new Error(`There is no entrance "${part}"`)
  return found
}

describe('products of sketches', () => {
  it('are their dot products, for more rows than go through in one pass', () => {
    const codes = Array.from({ length: 300 }, (_, i) =>
      Int8Array.from({ length: DIMS }, (_, d) => ((i * 31 + d * 17) % 15) - 7),
    )
    const products = productsOf(codes)
    for (const [i, j] of [
      [0, 0],
      [3, 299],
      [256, 255],
      [299, 299],
    ] as const)
      expect(products(i, j)).toBe(dot(codes[i] as Int8Array, codes[j] as Int8Array))
  })
})

describe('an entrance to the index', () => {
  it('as paid keeps out what the ledger keeps out', () => {
    fc.assert(
      fc.property(rows, (all) => {
        const flagged = all.filter(({ isFlagged }) => isFlagged).map(({ row }) => row)
        const duplicates = findDuplicates(all.filter(({ isFlagged }) => !isFlagged)).keys()
        expect(AS_PAID.keptOut(all, productsIn(all))).toEqual(new Set([...flagged, ...duplicates]))
      }),
    )
  })

  it('that looks across contributions only leaves a contribution its own repeats', () => {
    const codes = new Int8Array(DIMS).fill(7)
    const all = ['a', 'a', 'b'].map((contribution, row): IndexRow => ({ row, contribution, codes, isFlagged: false }))
    expect(named('across contributions 80').keptOut(all, productsIn(all))).toEqual(new Set([2]))
    expect(named('anywhere 80').keptOut(all, productsIn(all))).toEqual(new Set([1, 2]))
  })

  it('that looks anywhere leaves no two rows that repeat each other', () => {
    fc.assert(
      fc.property(rows, (all) => {
        const out = named('anywhere 80').keptOut(all, productsIn(all))
        const kept = all
          .filter(({ row, codes }) => !out.has(row) && dot(codes, codes) > 0)
          .map(({ codes }) => codes.join())
        expect(new Set(kept).size).toBe(kept.length)
      }),
    )
  })
})
