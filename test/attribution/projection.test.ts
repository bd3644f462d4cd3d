import { describe, expect, it } from 'vitest'
import type { Rows } from '../../attribution/matrix.ts'
import { denseProjection, projectDense, projectedWidth, projectOuter } from '../../attribution/projection.ts'
import { randomSource, xoshiro128 } from '../../attribution/random.ts'

function drawRows(n: number, width: number, seed: number): Rows {
  const next = randomSource(seed)
  return { n, width, values: Float32Array.from({ length: n * width }, () => next() / 2 ** 31 - 1) }
}

const dotRows = ({ values, width }: Rows, i: number, j: number) => {
  let sum = 0
  for (let d = 0; d < width; d++) sum += (values[i * width + d] ?? 0) * (values[j * width + d] ?? 0)
  return sum
}

describe('the random source', () => {
  it('gives the same numbers for a seed, and others for another seed or stream', () => {
    const take = (seed: number, stream = 0) => {
      const next = randomSource(seed, stream)
      return Array.from({ length: 4 }, () => next())
    }
    expect(take(1)).toEqual(take(1))
    expect(take(1)).not.toEqual(take(2))
    expect(take(1)).not.toEqual(take(1, 1))
  })

  it('is xoshiro128**, as its authors publish it', () => {
    const next = xoshiro128(1, 2, 3, 4)
    expect([next(), next(), next(), next()]).toEqual([11520, 0, 5927040, 70819200])
  })

  it('has every bit set half of the time', () => {
    const next = randomSource(3)
    const set = new Float64Array(32)
    const draws = 20_000
    for (let i = 0; i < draws; i++) {
      const word = next()
      for (let bit = 0; bit < 32; bit++) set[bit] = (set[bit] ?? 0) + ((word >>> bit) & 1)
    }
    // Five standard deviations.
    for (const count of set) expect(Math.abs(count - draws / 2)).toBeLessThan(5 * Math.sqrt(draws / 4))
  })
})

describe('a dense projection', () => {
  it('is its matrix applied, whatever the widths are', () => {
    for (const [p, k] of [
      [1, 1],
      [7, 33],
      [40, 64],
      [50, 70],
    ] as const) {
      const rows = drawRows(3, p, 1)
      const matrix = denseProjection(p, k, 5)
      const { values } = projectDense(rows, k, 5)
      for (let i = 0; i < 3; i++) {
        for (let d = 0; d < k; d++) {
          let sum = 0
          for (let j = 0; j < p; j++) sum += (rows.values[i * p + j] ?? 0) * (matrix[d * p + j] ?? 0)
          expect(values[i * k + d]).toBeCloseTo(sum, 5)
        }
      }
    }
  })

  it('has entries ±1/√k, about as many of one sign as of the other', () => {
    const matrix = denseProjection(500, 64, 2)
    expect(new Set(matrix)).toEqual(new Set([0.125, -0.125]))
    const positive = matrix.filter((x) => x > 0).length
    expect(Math.abs(positive - matrix.length / 2)).toBeLessThan(5 * Math.sqrt(matrix.length / 4))
  })

  it('keeps products within what chance allows', () => {
    const rows = drawRows(2, 300, 3)
    const projected = projectDense(rows, 4096, 1)
    const sizes = Math.sqrt(dotRows(rows, 0, 0) * dotRows(rows, 1, 1))
    expect(Math.abs(dotRows(projected, 0, 1) - dotRows(rows, 0, 1))).toBeLessThan((5 * sizes) / Math.sqrt(4096))
    expect(dotRows(projected, 0, 0) / dotRows(rows, 0, 0)).toBeCloseTo(1, 1)
  })
})

describe('a two-sided projection', () => {
  it('that keeps both sides whole is the outer product', () => {
    const left: Rows = { n: 1, width: 2, values: Float32Array.of(1, 2) }
    const right: Rows = { n: 1, width: 3, values: Float32Array.of(3, 4, 5) }
    const modules = [{ left: { rows: left, keep: 2 }, right: { rows: right, keep: 3 } }]
    expect([...projectOuter(modules, 1, 1).values]).toEqual([3, 4, 5, 6, 8, 10])
  })

  it('sets modules side by side, each with signs of its own', () => {
    const small = { rows: drawRows(4, 8, 1), keep: 8 }
    const large = { rows: drawRows(4, 512, 2), keep: 64 }
    const modules = [
      { left: small, right: large },
      { left: small, right: large },
      { left: large, right: small },
    ]
    const { n, width, values } = projectOuter(modules, 4, 1)
    expect([n, width, projectedWidth(modules), values.length]).toEqual([4, 1536, 1536, 4 * 1536])
    expect([...values.subarray(0, 512)]).not.toEqual([...values.subarray(512, 1024)])
  })

  it('keeps products of gradients within what chance allows', () => {
    const [left, right] = [drawRows(2, 8, 3), drawRows(2, 512, 4)]
    const whole = [{ left: { rows: left, keep: 8 }, right: { rows: right, keep: 512 } }]
    const kept = [{ left: { rows: left, keep: 8 }, right: { rows: right, keep: 256 } }]
    const exact = projectOuter(whole, 2, 1)
    const projected = projectOuter(kept, 2, 1)
    const sizes = Math.sqrt(dotRows(exact, 0, 0) * dotRows(exact, 1, 1))
    expect(dotRows(exact, 0, 1)).toBeCloseTo(dotRows(left, 0, 1) * dotRows(right, 0, 1), 2)
    expect(Math.abs(dotRows(projected, 0, 1) - dotRows(exact, 0, 1))).toBeLessThan((5 * sizes) / Math.sqrt(256))
  })
})
