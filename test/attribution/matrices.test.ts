import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cholesky, invertLower } from '../../attribution/cholesky.ts'
import { curvature, curvatureTrace } from '../../attribution/curvature.ts'
import { eigenSymmetric } from '../../attribution/jacobi.ts'
import { combine, coordinates, type Rows, times, timesTransposed } from '../../attribution/matrix.ts'
import { fitTo } from '../../attribution/rowPasses.ts'
import { principalSubspace } from '../../attribution/pca.ts'
import { randomSource } from '../../attribution/random.ts'

function drawRows(n: number, width: number, seed: number): Rows {
  const next = randomSource(seed)
  return { n, width, values: Float32Array.from({ length: n * width }, () => next() / 2 ** 31 - 1) }
}

function transpose(matrix: ArrayLike<number>, rows: number, columns: number): Float64Array {
  return Float64Array.from(
    { length: rows * columns },
    (_, at) => matrix[(at % rows) * columns + Math.floor(at / rows)] ?? 0,
  )
}

function expectClose(found: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-9) {
  expect(found.length).toBe(expected.length)
  const worst = Math.max(0, ...Array.from(found, (x, i) => Math.abs(x - (expected[i] ?? 0))))
  expect(worst).toBeLessThan(tolerance)
}

const sizes = fc.record({
  n: fc.integer({ min: 1, max: 11 }),
  k: fc.integer({ min: 1, max: 9 }),
  width: fc.integer({ min: 1, max: 13 }),
})

const subspaceOf = (rows: Rows, k: number, iterations: number, seed: number) =>
  fitTo(rows, principalSubspace(rows, k, iterations, seed))

describe('the products', () => {
  it('agree with the schoolbook ones at every size, those that are no multiple of four too', () => {
    fc.assert(
      fc.property(sizes, ({ n, k, width }) => {
        const data = drawRows(n, width, 1)
        const basis = Float64Array.from(drawRows(k, width, 2).values)
        const coefficients = Float64Array.from(drawRows(n, k, 3).values)
        const values = Float64Array.from(data.values)
        expectClose(coordinates(data, basis, k), times(values, transpose(basis, k, width), n, k, width))
        expectClose(combine(coefficients, k, data), times(transpose(coefficients, n, k), values, k, width, n))
        expectClose(timesTransposed(values, basis, n, k, width), times(values, transpose(basis, k, width), n, k, width))
      }),
    )
  })

  it('are those worked out by hand', () => {
    const data: Rows = { n: 2, width: 2, values: Float32Array.of(1, 2, 3, 4) }
    expect([...coordinates(data, Float64Array.of(1, 1, 0, 2), 2)]).toEqual([3, 4, 7, 8])
    expect([...combine(Float64Array.of(1, 0, 2, 1), 2, data)]).toEqual([7, 10, 3, 4])
  })
})

describe('the curvature', () => {
  it('is the mean outer product of the rows', () => {
    const rows: Rows = { n: 2, width: 2, values: Float32Array.of(1, 2, 3, -1) }
    expect([...curvature(rows)]).toEqual([5, -0.5, -0.5, 2.5])
    expect(curvatureTrace(rows)).toBe(7.5)
  })
})

describe('whitening', () => {
  it('factors what was factored by hand', () => {
    const lower = cholesky(Float64Array.of(3, 2, 2, 4), 2, 1)
    expectClose(lower, [2, 0, 1, 2])
    expectClose(invertLower(lower, 2), [0.5, 0, -0.25, 0.5])
  })

  it('turns the damped curvature into the identity', () => {
    const k = 12
    const rows = drawRows(40, k, 4)
    const matrix = curvature(rows)
    const damping = 0.01 * curvatureTrace(rows)
    const inverse = invertLower(cholesky(matrix, k, damping), k)
    const damped = matrix.map((x, at) => (at % (k + 1) === 0 ? x + damping : x))
    const whitened = timesTransposed(times(inverse, damped, k, k, k), inverse, k, k, k)
    expectClose(
      whitened,
      Float64Array.from({ length: k * k }, (_, at) => (at % (k + 1) === 0 ? 1 : 0)),
    )
  })

  it('refuses a matrix that is not positive definite, and names the dimension', () => {
    expect(() => cholesky(Float64Array.of(1, 2, 2, 1), 2, 0)).toThrow('not positive definite at dimension 1 of 2')
    expect(() => cholesky(Float64Array.of(Number.NaN), 1, 0)).toThrow('not positive definite at dimension 0 of 1')
  })
})

describe('eigenvectors', () => {
  it('of a two by two matrix are those worked out by hand', () => {
    const { values, vectors } = eigenSymmetric(Float64Array.of(2, 1, 1, 2), 2)
    expectClose(values, [3, 1], 1e-12)
    expectClose(Float64Array.from(vectors, Math.abs), new Float64Array(4).fill(Math.SQRT1_2), 1e-12)
  })

  it('put the matrix together again', () => {
    const k = 20
    const matrix = curvature(drawRows(30, k, 5))
    const { values, vectors } = eigenSymmetric(matrix, k)
    const scaled = vectors.map((x, at) => x * (values[Math.floor(at / k)] ?? 0))
    expectClose(times(transpose(scaled, k, k), vectors, k, k, k), matrix, 1e-12)
    expectClose(timesTransposed(vectors, vectors, k, k, k), identity(k), 1e-12)
    expect([...values]).toEqual([...values].sort((a, b) => b - a))
  })

  it('of a diagonal matrix are its entries, largest first', () => {
    const { values, vectors } = eigenSymmetric(Float64Array.of(1, 0, 0, 0, 5, 0, 0, 0, 3), 3)
    expect([[...values], [...vectors]]).toEqual([
      [5, 3, 1],
      [0, 1, 0, 0, 0, 1, 1, 0, 0],
    ])
  })
})

describe('the principal subspace', () => {
  it('holds the eigenvectors that a full decomposition finds', () => {
    const [n, width, k] = [60, 24, 4]
    const rows = stretched(n, width)
    const full = eigenSymmetric(curvature(rows), width)
    const { values, basis } = subspaceOf(rows, k, 40, 1)
    expectClose(values, full.values.subarray(0, k), 1e-6)
    const overlaps = timesTransposed(basis, full.vectors.slice(0, k * width), k, k, width)
    expectClose(Float64Array.from(overlaps, Math.abs), identity(k), 1e-3)
    expectClose(timesTransposed(basis, basis, k, k, width), identity(k), 1e-12)
  })

  it('is exact where it is the whole space', () => {
    const rows = drawRows(30, 8, 6)
    expectClose(subspaceOf(rows, 8, 1, 1).values, eigenSymmetric(curvature(rows), 8).values, 1e-12)
  })

  it('is completed by directions of no curvature where there are fewer rows than dimensions', () => {
    const [n, width, k] = [5, 16, 10]
    const { values, basis } = subspaceOf(drawRows(n, width, 7), k, 4, 1)
    expect(Math.min(...values.subarray(0, n))).toBeGreaterThan(0.01)
    expectClose(values.subarray(n), new Float64Array(k - n), 1e-12)
    expectClose(timesTransposed(basis, basis, k, k, width), identity(k), 1e-12)
  })

  it('is the same to the last bit when found again', () => {
    const rows = stretched(40, 20)
    expect(subspaceOf(rows, 6, 3, 9)).toEqual(subspaceOf(rows, 6, 3, 9))
  })
})

/** Rows that spread less along every further dimension, mixed so that no axis is an eigenvector. */
function stretched(n: number, width: number): Rows {
  const mixing = eigenSymmetric(curvature(drawRows(width, width, 8)), width).vectors
  const raw = drawRows(n, width, 9)
  const spread = Float64Array.from(raw.values, (x, at) => x / (1 + (at % width)))
  return { n, width, values: Float32Array.from(times(spread, mixing, n, width, width)) }
}

function identity(k: number): Float64Array {
  return Float64Array.from({ length: k * k }, (_, at) => (at % (k + 1) === 0 ? 1 : 0))
}
