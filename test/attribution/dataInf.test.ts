import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cholesky, invertLower } from '../../attribution/cholesky.ts'
import { dataInf, gradientDot } from '../../attribution/dataInf.ts'
import { type Rows, timesTransposed } from '../../attribution/matrix.ts'
import { randomSource } from '../../attribution/random.ts'

function drawRows(n: number, width: number, seed: number): Rows {
  const next = randomSource(seed)
  return { n, width, values: Float32Array.from({ length: n * width }, () => next() / 2 ** 31 - 1) }
}

const columnsOf = ({ n, width, values }: Rows, from: number, count: number): readonly Float64Array[] =>
  Array.from({ length: n }, (_, i) => Float64Array.from(values.subarray(i * width + from, i * width + from + count)))

const product = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((sum, x, i) => sum + x * (b[i] ?? 0), 0)

/** (g gᵀ + λI)⁻¹ by Cholesky. */
function inverseOf(g: Float64Array, lambda: number): Float64Array {
  const k = g.length
  const outer = Float64Array.from({ length: k * k }, (_, at) => (g[Math.floor(at / k)] ?? 0) * (g[at % k] ?? 0))
  const inverse = invertLower(cholesky(outer, k, lambda), k)
  const transposed = inverse.map((_, at) => inverse[(at % k) * k + Math.floor(at / k)] ?? 0)
  return timesTransposed(transposed, transposed, k, k, k)
}

/** The definition, by dense inverses: the mean over rows of every row's own damped inverse. */
function byDenseSolves(u: Rows, queries: Rows, modules: readonly { width: number; parameters: number }[]): number[] {
  const influences = new Array<number>(u.n * queries.n).fill(0)
  let from = 0
  for (const { width, parameters } of modules) {
    const [rows, asked] = [columnsOf(u, from, width), columnsOf(queries, from, width)]
    const lambda = (0.1 * rows.reduce((sum, g) => sum + product(g, g), 0)) / (u.n * parameters)
    for (const g of rows) {
      const inverse = inverseOf(g, lambda)
      asked.forEach((q, a) => {
        const whitened = Array.from({ length: width }, (_, d) =>
          product(q, inverse.subarray(d * width, (d + 1) * width)),
        )
        rows.forEach((row, i) => {
          influences[a * u.n + i] = (influences[a * u.n + i] ?? 0) - product(whitened, row) / u.n
        })
      })
    }
    from += width
  }
  return influences
}

describe('DataInf', () => {
  it('is the mean of the rows’ own damped inverses, as dense solves find it', () => {
    const shapes = fc.record({
      n: fc.integer({ min: 1, max: 9 }),
      m: fc.integer({ min: 1, max: 3 }),
      modules: fc.array(
        fc.record({ width: fc.integer({ min: 1, max: 7 }), parameters: fc.integer({ min: 1, max: 40 }) }),
        { minLength: 1, maxLength: 3 },
      ),
      seed: fc.integer(),
    })
    fc.assert(
      fc.property(shapes, ({ n, m, modules, seed }) => {
        const width = modules.reduce((sum, module) => sum + module.width, 0)
        const [u, queries] = [drawRows(n, width, seed), drawRows(m, width, seed ^ 1)]
        const expected = byDenseSolves(u, queries, modules)
        const largest = Math.max(...expected.map(Math.abs))
        dataInf(u, queries, modules).forEach((x, at) => {
          expect(Math.abs(x - (expected[at] ?? 0))).toBeLessThan(1e-9 * largest)
        })
      }),
      { numRuns: 50 },
    )
  })

  it('is the exact damped inverse where there is one row', () => {
    const u: Rows = { n: 1, width: 2, values: Float32Array.of(3, 4) }
    const q: Rows = { n: 1, width: 2, values: Float32Array.of(1, 0) }
    // λ = 0.1 · 25 / 2, and g is an eigenvector: −q·g / (λ + 25).
    expect(dataInf(u, q, [{ width: 2, parameters: 2 }])[0]).toBeCloseTo(-3 / (1.25 + 25), 12)
  })

  it('says nothing of a module that no row moves', () => {
    const u: Rows = { n: 2, width: 2, values: Float32Array.of(1, 0, 2, 0) }
    const q: Rows = { n: 1, width: 2, values: Float32Array.of(1, 5) }
    const modules = [
      { width: 1, parameters: 1 },
      { width: 1, parameters: 1 },
    ]
    const alone = dataInf(
      { n: 2, width: 1, values: Float32Array.of(1, 2) },
      { n: 1, width: 1, values: Float32Array.of(1) },
      [{ width: 1, parameters: 1 }],
    )
    expect(dataInf(u, q, modules)).toEqual(alone)
  })

  it('refuses modules that do not make up the gradients', () => {
    const rows = drawRows(2, 5, 1)
    expect(() => dataInf(rows, rows, [{ width: 3, parameters: 3 }])).toThrow(
      'Modules of 3 entries do not make up gradients of 5',
    )
  })
})

describe('the gradient dot product', () => {
  it('is positive for a row whose loss the answer’s gradient lowers', () => {
    const u: Rows = { n: 2, width: 2, values: Float32Array.of(-1, 0, 0, 2) }
    const queries: Rows = { n: 2, width: 2, values: Float32Array.of(3, 1, 0, -1) }
    expect([...gradientDot(u, queries)]).toEqual([3, -2, -0, 2])
  })

  it('refuses answers of another width', () => {
    expect(() => gradientDot(drawRows(2, 5, 1), drawRows(1, 4, 1))).toThrow(
      'Gradients of rows have 5 entries and those of answers 4',
    )
  })
})
