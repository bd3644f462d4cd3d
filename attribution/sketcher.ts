// The map from projected gradients to sketches: one matrix, fitted to a run's rows and then frozen with it.
//
//   pca      map = diag(√ mean_j 1 / (λ_d + ρ_j · trace)) · E       E (k × w) top eigenvectors of the curvature, values λ
//   random   map = L⁻¹ Pᵀ                                           P (w × k) Rademacher, L Lᵀ = Pᵀ C P + ρ · trace · I
//
// Either way the product of two mapped gradients is their product under the inverse of the damped curvature: how far a step
// on one example moves the other (TRAK; LoGra). u, v (n × w) → map (k × w); gradient (w) → codes (k).

import { cholesky, invertLower } from './cholesky.ts'
import { MalformedError } from './malformed.ts'
import { coordinates, type Rows, times } from './matrix.ts'
import { curvatureAlong, type Fit, fitTo, narrowGram } from './rowPasses.ts'
import { principalSubspace } from './pca.ts'
import { denseProjection } from './projection.ts'
import { checkDims, quantise } from './sketch.ts'

/** Projected gradients of a run: `u` of every row's loss, `v` the factors of its Gauss–Newton matrix. */
export type Gradients = { readonly u: Rows; readonly v: Rows }

/** How many gradients there are, and how long they are. */
type Shape = { readonly n: number; readonly width: number }

export type SketchSettings = {
  readonly dims: number
  readonly curvature: 'gauss-newton' | 'fisher'
  readonly seed: number
} & (
  | { readonly method: 'pca'; readonly damping: readonly number[]; readonly iterations: number }
  | { readonly method: 'random'; readonly damping: number }
)

/**
 * Chosen on the mail run (1,600 rows, two seeds): what planted rows earn hardly changes between light dampings, and does not
 * change after two iterations.
 */
export const DEFAULT_SKETCH_SETTINGS: SketchSettings = {
  dims: 256,
  curvature: 'gauss-newton',
  seed: 1,
  method: 'pca',
  damping: [0.001, 0.01],
  iterations: 2,
}

/** A fitted map, `dims × width`, in float32 so that it can be stored and read back without a difference. */
export type Sketcher = { readonly dims: number; readonly width: number; readonly map: Float32Array }

export function fitSketcher({ u, v }: Gradients, settings: SketchSettings): Sketcher {
  const rows = settings.curvature === 'fisher' ? u : v
  const { n, width, values } = rows
  if (values.length !== n * width) throw new Error(`${values.length} numbers are no ${n} rows of ${width}.`)
  return fitTo(rows, sketcherFit(rows, settings))
}

/** The fit itself, over the rows that the curvature is taken from. */
export function* sketcherFit(rows: Shape, settings: SketchSettings): Fit<Sketcher> {
  const { dims } = settings
  const { n, width } = rows
  checkShape(rows, dims)
  const [squares = 0] = yield { kind: 'squares' }
  if (squares === 0) {
    throw new MalformedError(
      `All ${n} gradient rows are zero`,
      { n, width },
      'A model that no row moves cannot be attributed; look at the step that produced the gradients.',
    )
  }
  const map = settings.method === 'pca' ? yield* pcaMap(rows, squares / n, settings) : yield* randomMap(rows, settings)
  return { dims, width, map: Float32Array.from(map) }
}

/** The sketches of all training rows, in order: of the way each pushes the adapter, against its loss gradient. */
export function sketchRows({ dims, width, map }: Sketcher, u: Rows): readonly Int8Array[] {
  checkWidth(u.width, width)
  const mapped = coordinates(u, Float64Array.from(map), dims)
  return Array.from({ length: u.n }, (_, i) =>
    quantise(Float32Array.from(mapped.subarray(i * dims, (i + 1) * dims), (x) => -x)),
  )
}

/**
 * What a sketch is quantised from: ± map · gradient (k).
 * @param sign 1 of an answer, whose gradient is that of its log-odds, and −1 of a row, whose is that of its loss: so a positive
 *   product of the two means "this row made this answer likelier".
 */
export function mapGradient({ dims, width, map }: Sketcher, gradient: Float32Array, sign: 1 | -1): Float32Array {
  checkWidth(gradient.length, width)
  const out = new Float32Array(dims)
  for (let d = 0; d < dims; d++) {
    const at = d * width
    let sum = 0
    for (let j = 0; j < width; j++) sum += (map[at + j] as number) * (gradient[j] as number)
    out[d] = sign * sum
  }
  return out
}

function* pcaMap(rows: Shape, trace: number, settings: SketchSettings & { method: 'pca' }): Fit<Float64Array> {
  const { values, basis } = yield* principalSubspace(rows, settings.dims, settings.iterations, settings.seed)
  values.forEach((value, d) => {
    const inverses = settings.damping.map((rel) => 1 / (Math.max(value, 0) + rel * trace))
    const scale = Math.sqrt(inverses.reduce((sum, x) => sum + x, 0) / inverses.length)
    for (let j = d * rows.width; j < (d + 1) * rows.width; j++) basis[j] = (basis[j] as number) * scale
  })
  return basis
}

function* randomMap(rows: Shape, settings: SketchSettings & { method: 'random' }): Fit<Float64Array> {
  const { dims, seed, damping } = settings
  const { width } = rows
  const projection = denseProjection(width, dims, seed)
  const curvature = yield* curvatureAlong(projection, dims, rows, yield* narrowGram(width, dims))
  let trace = 0
  for (let d = 0; d < dims; d++) trace += curvature[d * dims + d] as number
  return times(invertLower(cholesky(curvature, dims, damping * trace), dims), projection, dims, width, dims)
}

function checkWidth(length: number, width: number): void {
  if (length === width) return
  throw new MalformedError(
    `A gradient has ${length} entries where the sketcher was fitted to ${width}`,
    { length, width },
    'Take gradients of rows and queries with the same projection.',
  )
}

function checkShape({ n, width }: Shape, dims: number): void {
  checkDims(dims)
  if (width >= dims && n > 0) return
  throw new MalformedError(
    `Gradients of ${n} rows and ${width} dimensions give no sketches of ${dims}`,
    { n, width, dims },
    'Project gradients to at least as many dimensions as a sketch has.',
  )
}
