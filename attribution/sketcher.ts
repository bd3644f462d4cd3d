// The map from projected gradients to sketches: one matrix, fitted to a run's rows and then frozen with it.
//
//   pca      map = diag(√ mean_j 1 / (λ_d + ρ_j · trace)) · E       E (k × w) top eigenvectors of the curvature, values λ
//   random   map = L⁻¹ Pᵀ                                           P (w × k) Rademacher, L Lᵀ = Pᵀ C P + ρ · trace · I
//
// Either way the product of two mapped gradients is their product under the inverse of the damped curvature: how far a step
// on one example moves the other (TRAK; LoGra). u, v (n × w) → map (k × w); gradient (w) → codes (k).

import { cholesky, invertLower } from './cholesky.ts'
import { curvature, curvatureTrace } from './curvature.ts'
import { MalformedError } from './malformed.ts'
import { coordinates, type Rows, times } from './matrix.ts'
import { principalSubspace } from './pca.ts'
import { denseProjection, projectDense } from './projection.ts'
import { checkDims, quantise } from './sketch.ts'

/** Projected gradients of a run: `u` of every row's loss, `v` the factors of its Gauss–Newton matrix. */
export type Gradients = { readonly u: Rows; readonly v: Rows }

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
  const { dims } = settings
  checkDims(dims)
  checkGradients(rows, dims)
  const map = settings.method === 'pca' ? pcaMap(rows, settings) : randomMap(rows, settings)
  return { dims, width: rows.width, map: Float32Array.from(map) }
}

/**
 * The sketch of a training row: of the way it pushes the adapter, against its loss gradient.
 * @param gradient The row's projected loss gradient (w).
 */
export function sketchRow(sketcher: Sketcher, gradient: Float32Array): Int8Array {
  return quantise(mapGradient(sketcher, gradient, -1))
}

/**
 * The sketch of a served answer: positive products with rows mean "this row made this answer likelier".
 * @param gradient Projected gradient of the given answer's log-odds (w).
 */
export function sketchQuery(sketcher: Sketcher, gradient: Float32Array): Int8Array {
  return quantise(mapGradient(sketcher, gradient, 1))
}

/** The sketches of all rows, in order: `sketchRow` of each, to the last bit. */
export function sketchRows({ dims, width, map }: Sketcher, u: Rows): readonly Int8Array[] {
  checkWidth(u.width, width)
  const mapped = coordinates(u, Float64Array.from(map), dims)
  return Array.from({ length: u.n }, (_, i) =>
    quantise(Float32Array.from(mapped.subarray(i * dims, (i + 1) * dims), (x) => -x)),
  )
}

/** What a sketch is quantised from: ± map · gradient (k). For methods that are compared before they are rounded. */
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

function pcaMap(rows: Rows, settings: SketchSettings & { method: 'pca' }): Float64Array {
  const { values, basis } = principalSubspace(rows, settings.dims, settings.iterations, settings.seed)
  const trace = curvatureTrace(rows)
  values.forEach((value, d) => {
    const inverses = settings.damping.map((rel) => 1 / (Math.max(value, 0) + rel * trace))
    const scale = Math.sqrt(inverses.reduce((sum, x) => sum + x, 0) / inverses.length)
    for (let j = d * rows.width; j < (d + 1) * rows.width; j++) basis[j] = (basis[j] as number) * scale
  })
  return basis
}

function randomMap(rows: Rows, settings: SketchSettings & { method: 'random' }): Float64Array {
  const { dims, seed, damping } = settings
  const projected = projectDense(rows, dims, seed)
  const lower = cholesky(curvature(projected), dims, damping * curvatureTrace(projected))
  return times(invertLower(lower, dims), denseProjection(rows.width, dims, seed), dims, rows.width, dims)
}

function checkWidth(length: number, width: number): void {
  if (length === width) return
  throw new MalformedError(
    `A gradient has ${length} entries where the sketcher was fitted to ${width}`,
    { length, width },
    'Take gradients of rows and queries with the same projection.',
  )
}

function checkGradients({ n, width, values }: Rows, dims: number): void {
  if (width < dims || n === 0 || values.length !== n * width) {
    throw new MalformedError(
      `Gradients of ${n} rows and ${width} dimensions (${values.length} numbers) give no sketches of ${dims}`,
      { n, width, length: values.length, dims },
      'Project gradients to at least as many dimensions as a sketch has.',
    )
  }
  const bad = values.findIndex((x) => !Number.isFinite(x))
  if (bad >= 0) {
    throw new MalformedError(
      `Entry ${bad % width} of gradient row ${Math.floor(bad / width)} is ${values[bad]}`,
      { row: Math.floor(bad / width), entry: bad % width },
      'Look at the step that produced the gradients.',
    )
  }
  if (curvatureTrace({ n, width, values }) === 0) {
    throw new MalformedError(
      `All ${n} gradient rows are zero`,
      { n, width },
      'A model that no row moves cannot be attributed; look at the step that produced the gradients.',
    )
  }
}
