/**
 * Scores of every row for every test (tests × rows), positive where the row made the right label likelier.
 *
 *     exact influence    −q (H + λI)⁻¹ u     H the Hessian of logistic regression; of the MLP the Gauss–Newton matrix of labels
 *                                            drawn once a row, inverted on the rows' side (Woodbury)
 *     LoGra              the same between projections on two sides
 *     TRAK               φ_q (ΦᵀΦ)⁻¹ Φᵀ · mean (1 − p), means over models of half the rows        (Park et al. 2023)
 *     DataInf, gradient dot and cosine, TracIn over checkpoints of one training                   (attribution/dataInf.ts)
 */
import { cholesky, invertLower } from '../../attribution/cholesky.ts'
import { curvature, curvatureTrace } from '../../attribution/curvature.ts'
import { dataInf } from '../../attribution/dataInf.ts'
import { coordinates, type Rows, timesTransposed } from '../../attribution/matrix.ts'
import type { Images } from './digits.ts'
import { type Factors, factorsOf, keeps, products, project, squares } from './factors.ts'
import { createPass, type Layer, margins, rowOf, softmax, type Weights } from './network.ts'
import { FORMATS, scoresIn, sketch } from './sketches.ts'
import type { Retrained } from './truth.ts'

export interface Method {
  readonly name: string
  readonly scores: Float64Array
}

export interface Trained {
  readonly images: Images
  readonly test: Images
  readonly layers: readonly Layer[]
  readonly weights: Weights
  /** Of the same training, earlier ones first. */
  readonly checkpoints: readonly Weights[]
}

export interface MethodSettings {
  /** Numbers kept of a gradient before it is sketched. */
  readonly width: number
  readonly dims: readonly number[]
  readonly trakDims: number
}

/** Relative to the mean eigenvalue; dattri takes the best of seven. */
const DAMPINGS = [1, 0.1, 0.01] as const

export function* methodsOf(
  trained: Trained,
  halves: readonly Retrained[],
  settings: MethodSettings,
): Generator<Method> {
  const { images, test, layers, weights, checkpoints } = trained
  const u = factorsOf(weights, images, layers, { of: 'loss' })
  const v = factorsOf(weights, images, layers, { of: 'drawn loss' })
  const q = factorsOf(weights, test, layers, { of: 'margin' })
  const dot = products(q, u).map((x) => -x)
  yield { name: 'gradient dot', scores: dot }
  yield { name: 'gradient cosine', scores: cosines(dot, squares(u)) }
  yield { name: 'TracIn', scores: tracIn(images, test, layers, checkpoints) }
  for (const damping of DAMPINGS) {
    const scores =
      layers.length === 1
        ? regressionInfluence(weights, images, layers, { u, q, damping })
        : rowSideInfluence({ u, v, q, damping })
    yield { name: `exact influence, damping ${damping}`, scores }
  }
  const [pu, pv, pq] = [u, v, q].map((of) => project(of, layers, settings.width, 1)) as [Rows, Rows, Rows]
  const modules = keeps(layers, settings.width).map(({ left, right }, l) => ({
    width: left * right,
    parameters: (layers[l]?.inputs ?? 1) * (layers[l]?.outputs ?? 1),
  }))
  yield { name: 'DataInf', scores: dataInf(pu, pq, modules) }
  for (const width of settings.dims.filter((dims) => dims <= 1_024)) {
    const [lu, lv, lq] = [u, v, q].map((of) => project(of, layers, width, 2)) as [Rows, Rows, Rows]
    yield { name: `LoGra, ${width}`, scores: denseInfluence(lu, lv, lq) }
  }
  for (const count of [1, 10])
    yield {
      name: `TRAK, ${count} checkpoint${count === 1 ? '' : 's'}`,
      scores: trak(images, test, layers, halves.slice(0, count), settings.trakDims),
    }
  for (const dims of settings.dims) {
    const sketched = sketch(pu, pv, pq, dims)
    for (const format of FORMATS) yield { name: `ours, ${dims}, ${format}`, scores: scoresIn(format, sketched) }
  }
}

function cosines(dot: Float64Array, squared: Float64Array): Float64Array {
  return dot.map((x, at) => x / Math.sqrt((squared[at % squared.length] as number) || 1))
}

function tracIn(images: Images, test: Images, layers: readonly Layer[], checkpoints: readonly Weights[]): Float64Array {
  const sum = new Float64Array(test.n * images.n)
  for (const weights of checkpoints) {
    const q = factorsOf(weights, test, layers, { of: 'margin' })
    for (const [at, x] of products(q, factorsOf(weights, images, layers, { of: 'loss' })).entries())
      sum[at] = (sum[at] as number) - x
  }
  return sum
}

type Influence = { readonly u: Factors; readonly q: Factors; readonly damping: number }

/** H = 1/n Σ_i (diag p − p pᵀ) ⊗ x xᵀ, written out. */
function regressionInfluence(
  weights: Weights,
  images: Images,
  layers: readonly Layer[],
  { u, q, damping }: Influence,
): Float64Array {
  const { outputs, inputs } = layers[0] as Layer
  const size = outputs * inputs
  const hessian = new Float64Array(size * size)
  const pass = createPass(layers)
  for (let i = 0; i < images.n; i++) {
    const x = rowOf(images, i)
    pass.forward(weights, x)
    const p = softmax(pass.logits)
    for (let c = 0; c < outputs; c++) {
      for (let d = 0; d <= c; d++) {
        const by = ((c === d ? (p[c] as number) : 0) - (p[c] as number) * (p[d] as number)) / images.n
        for (let a = 0; a < inputs; a++) {
          const from = (c * inputs + a) * size + d * inputs
          const scaled = by * (x[a] as number)
          for (let b = 0; b < inputs; b++) hessian[from + b] = (hessian[from + b] as number) + scaled * (x[b] as number)
        }
      }
    }
  }
  const whole = [q, u].map((of) => project(of, layers, size, 1)) as [Rows, Rows]
  return whitened(...whole, hessian, size, damping * meanDiagonal(hessian, size))
}

/** (λI + VᵀV/n)⁻¹ = 1/λ (I − Vᵀ (nλ I + V Vᵀ)⁻¹ V): matrices of rows, none of parameters. */
export function rowSideInfluence({ u, v, q, damping }: Influence & { readonly v: Factors }): Float64Array {
  const n = v[0]?.left.n ?? 0
  const tests = q[0]?.left.n ?? 0
  const lambda = (damping * squares(v).reduce((sum, x) => sum + x, 0)) / n / n
  const inverse = invertLower(cholesky(products(v, v), n, n * lambda), n)
  const qv = timesTransposed(products(q, v), inverse, tests, n, n)
  const uv = timesTransposed(products(u, v), inverse, n, n, n)
  const overlaps = timesTransposed(qv, uv, tests, n, n)
  return products(q, u).map((x, at) => -(x - (overlaps[at] as number)) / lambda)
}

function denseInfluence(u: Rows, v: Rows, q: Rows): Float64Array {
  return whitened(q, u, curvature(v), v.width, (0.1 * curvatureTrace(v)) / v.width)
}

/** −q (C + λI)⁻¹ u */
function whitened(q: Rows, u: Rows, matrix: Float64Array, size: number, lambda: number): Float64Array {
  const inverse = invertLower(cholesky(matrix, size, lambda), size)
  const rows = { n: u.n, width: size, values: Float32Array.from(coordinates(u, inverse, size)) }
  const tests = { n: q.n, width: size, values: Float32Array.from(coordinates(q, inverse, size)) }
  return coordinates(tests, Float64Array.from(rows.values), u.n).map((x) => -x)
}

function meanDiagonal(matrix: Float64Array, size: number): number {
  let sum = 0
  for (let i = 0; i < size; i++) sum += matrix[i * size + i] as number
  return sum / size
}

function trak(
  images: Images,
  test: Images,
  layers: readonly Layer[],
  models: readonly Retrained[],
  dims: number,
): Float64Array {
  const sum = new Float64Array(test.n * images.n)
  const doubts = new Float64Array(images.n)
  for (const [m, { weights }] of models.entries()) {
    const phi = project(factorsOf(weights, images, layers, { of: 'margin' }), layers, dims, 3 + m)
    const queries = project(factorsOf(weights, test, layers, { of: 'margin' }), layers, dims, 3 + m)
    const gram = curvature(phi)
    const size = phi.width
    const scores = whitened(queries, phi, gram, size, 1e-6 * meanDiagonal(gram, size))
    for (const [at, x] of scores.entries()) sum[at] = (sum[at] as number) - x
    for (const [row, margin] of margins(weights, images, layers, images.labels).entries())
      doubts[row] = (doubts[row] as number) + 1 / (1 + Math.exp(margin)) / models.length
  }
  return sum.map((x, at) => x * (doubts[at % images.n] as number))
}
