import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { attribute, candidatesOf, weigh } from '../../attribution/attribution.ts'
import { score } from '../../attribution/score.ts'

const DIMS = 64
const sketch = fc
  .array(fc.integer({ min: -7, max: 7 }), { minLength: DIMS, maxLength: DIMS })
  .map((list) => Int8Array.from(list))
const rows = fc
  .array(sketch, { minLength: 1, maxLength: 40 })
  .map((list) => list.map((codes, i) => ({ row: i * 2 + 1, codes })))
const topK = fc.integer({ min: 1, max: 16 })

function unit(d: number, size = 7): Int8Array {
  return Int8Array.from({ length: DIMS }, (_, at) => (at === d ? size : 0))
}

describe('an attribution', () => {
  it('credits rows by score, then by row number', () => {
    const query = Int8Array.from({ length: DIMS }, (_, d) => [4, 2, 2, 1][d] ?? 0)
    const candidates = candidatesOf(
      [9, 3, 7, 5].map((row, i) => ({ row, codes: unit([3, 2, 1, 0][i] ?? 0) })),
      DIMS,
    )
    expect(attribute(query, candidates, 3)).toEqual([
      { row: 5, score: 4 * 65_536, weight: 32_769 },
      { row: 3, score: 2 * 65_536, weight: 16_383 },
      { row: 7, score: 2 * 65_536, weight: 16_383 },
    ])
  })

  it('is empty where no row has a positive score', () => {
    const candidates = candidatesOf([{ row: 0, codes: unit(0) }], DIMS)
    expect(attribute(unit(0, -1), candidates, 8)).toEqual([])
    expect(attribute(new Int8Array(DIMS), candidates, 8)).toEqual([])
    expect(attribute(unit(0), candidatesOf([], DIMS), 8)).toEqual([])
  })

  it('lists the K best of all rows, as a full sort finds them', () => {
    fc.assert(
      fc.property(rows, sketch, topK, (list, query, k) => {
        const sorted = list
          .map(({ row, codes }) => ({ row, score: score(query, codes) }))
          .filter((scored) => scored.score > 0)
          .sort((a, b) => b.score - a.score || a.row - b.row)
          .slice(0, k)
        const found = attribute(query, candidatesOf(list, DIMS), k)
        expect(found.map(({ row, score }) => ({ row, score }))).toEqual(sorted)
      }),
    )
  })

  it('does not depend on the order in which rows are given', () => {
    const shuffled = rows.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
    )
    fc.assert(
      fc.property(shuffled, sketch, topK, ([list, other], query, k) => {
        expect(attribute(query, candidatesOf(other, DIMS), k)).toEqual(attribute(query, candidatesOf(list, DIMS), k))
      }),
    )
  })

  it('pays the same in total however a contributor’s rows are split among identities', () => {
    const owned = rows.chain((list) =>
      fc.tuple(
        fc.constant(list),
        fc.array(fc.integer({ min: 0, max: 3 }), { minLength: list.length, maxLength: list.length }),
      ),
    )
    fc.assert(
      fc.property(owned, sketch, topK, ([list, identities], query, k) => {
        const credited = attribute(query, candidatesOf(list, DIMS), k)
        const paid = [0, 1, 2, 3].map((identity) =>
          credited
            .filter(({ row }) => identities[(row - 1) / 2] === identity)
            .reduce((sum, { weight }) => sum + weight, 0),
        )
        const whole = credited.reduce((sum, { weight }) => sum + weight, 0)
        expect(paid.reduce((sum, x) => sum + x, 0)).toBe(whole)
        expect([0, 65_535]).toContain(whole)
      }),
    )
  })

  it('gives nothing to a row for being larger', () => {
    const row = Int8Array.from({ length: DIMS }, (_, d) => (d < 10 ? 2 : -1))
    const query = Int8Array.from({ length: DIMS }, (_, d) => (d < 20 ? 5 : -3))
    const candidates = candidatesOf(
      [
        { row: 0, codes: row },
        { row: 1, codes: row.map((code) => code * 3) },
      ],
      DIMS,
    )
    const weights = attribute(query, candidates, 2).map(({ weight }) => weight)
    expect(Math.abs((weights[0] ?? 0) - (weights[1] ?? 0))).toBeLessThanOrEqual(1)
  })
})

describe('weights', () => {
  const scores = fc
    .array(fc.integer({ min: 1, max: 2 ** 25 - 1 }), { minLength: 1, maxLength: 16 })
    .map((list) => list.sort((a, b) => b - a))

  it('sum to 65535 exactly, never ascend, and are the scores’ shares', () => {
    fc.assert(
      fc.property(scores, (list) => {
        const weights = weigh(list.map((score, row) => ({ row, score }))).map(({ weight }) => weight)
        const total = list.reduce((sum, x) => sum + BigInt(x), 0n)
        expect(weights.reduce((sum, x) => sum + x, 0)).toBe(65_535)
        expect(weights.every((weight, i) => i === 0 || weight <= (weights[i - 1] ?? 0))).toBe(true)
        expect(weights.slice(1)).toEqual(list.slice(1).map((x) => Number((65_535n * BigInt(x)) / total)))
      }),
    )
  })
})
