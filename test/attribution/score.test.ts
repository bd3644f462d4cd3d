import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dot, fixedNorm, score } from '../../attribution/score.ts'

function isqrt(n: bigint): bigint {
  let x = n
  for (let y = (x + 1n) / 2n; y < x; y = (x + n / x) / 2n) x = y
  return x
}

/** The rule in bigints, as docs/protocol.md states it. */
function exactScore(query: Int8Array, row: Int8Array): { norm: bigint; score: bigint } {
  const product = (a: Int8Array, b: Int8Array) => a.reduce((sum, x, d) => sum + BigInt(x) * BigInt(b[d] ?? 0), 0n)
  const norm = isqrt(product(row, row) << 32n)
  const positive = product(query, row)
  return { norm, score: positive <= 0n || norm === 0n ? 0n : (positive << 32n) / norm }
}

const sketch = (dims: number, most = 7) =>
  fc
    .array(fc.integer({ min: -most, max: most }), { minLength: dims, maxLength: dims })
    .map((list) => Int8Array.from(list))

describe('a score', () => {
  it('is the dot product over the row’s length, in fixed point', () => {
    const row = Int8Array.of(3, 4, 0, 0)
    const query = Int8Array.of(1, 1, 7, -7)
    expect({ dot: dot(query, row), norm: fixedNorm(row), score: score(query, row) }).toEqual({
      dot: 7,
      norm: 5 * 65_536,
      score: Math.floor((7 * 2 ** 32) / (5 * 65_536)),
    })
  })

  it('is zero for a row that points away, lies across, or is nothing', () => {
    const query = Int8Array.of(1, 2)
    expect([Int8Array.of(-1, -2), Int8Array.of(2, -1), Int8Array.of(0, 0)].map((row) => score(query, row))).toEqual([
      0, 0, 0,
    ])
  })

  it('is exact: doubles give what bigints give', () => {
    fc.assert(
      fc.property(sketch(64), sketch(64), (query, row) => {
        const exact = exactScore(query, row)
        expect({ norm: BigInt(fixedNorm(row)), score: BigInt(score(query, row)) }).toEqual(exact)
      }),
    )
  })

  it('is exact for every squared length that 4096 codes can have', () => {
    for (let squared = 0; squared <= 49 * 4096; squared++) {
      const norm = BigInt(Math.floor(Math.sqrt(squared * 2 ** 32)))
      const target = BigInt(squared) << 32n
      if (norm * norm > target || (norm + 1n) * (norm + 1n) <= target) expect.fail(`isqrt(${squared} << 32) is ${norm}`)
    }
    expect.assertions(0)
  })

  it('does not change beyond rounding when the row is scaled', () => {
    fc.assert(
      fc.property(sketch(64, 3), sketch(64), (row, query) => {
        const once = score(query, row)
        const twice = score(
          query,
          row.map((code) => code * 2),
        )
        // ⌊2‖r‖⌋ and 2⌊‖r‖⌋ differ by one in at least 2^16.
        expect(Math.abs(once - twice)).toBeLessThanOrEqual(once / 2 ** 16 + 1)
      }),
    )
  })

  it('stays below 2^25', () => {
    const full = new Int8Array(4096).fill(7)
    expect(score(full, full)).toBe(448 * 65_536)
    expect(448 * 65_536).toBeLessThan(2 ** 25)
  })
})
