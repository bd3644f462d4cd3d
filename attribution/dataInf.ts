// DataInf (Kwon et al. 2024, equation 5): influence by a closed form, module after module, for comparison with the sketches.
//
//   (C + λI)⁻¹ ≈ 1/n Σ_i (g_i g_iᵀ + λI)⁻¹ = 1/λ (I − 1/n Σ_i g_i g_iᵀ / (λ + |g_i|²))          Sherman–Morrison, term by term
//   λ          = damping · mean squared entry of the module's gradients
//   influence  = − Σ_modules qᵀ (C + λI)⁻¹ g
//
// The mean of inverses stands for the inverse of the mean: exact where rows hardly overlap, too strong a step elsewhere.
// loss gradients u (n × w), gradients of answers' log-odds q (m × w) → influences (m × n), positive for "made it likelier".

import { MalformedError } from './malformed.ts'
import { combine, coordinates, type Rows } from './matrix.ts'

/** Consecutive entries of every gradient that belong to one module of the model. */
export type GradientModule = {
  readonly width: number
  /** Entries before projection. A projection keeps lengths, so this, not the width, is what a mean squared entry divides by. */
  readonly parameters: number
}

/** Kwon et al. 2024, section 5. */
export const DATA_INF_DAMPING = 0.1

/** Influences of n rows on m answers, row-major by answer. */
export function dataInf(
  u: Rows,
  queries: Rows,
  modules: readonly GradientModule[],
  damping: number = DATA_INF_DAMPING,
): Float64Array {
  checkModules(u, queries, modules)
  const influences = new Float64Array(queries.n * u.n)
  let from = 0
  for (const { width, parameters } of modules) {
    addModule(influences, columns(u, from, width), columns(queries, from, width), damping, parameters)
    from += width
  }
  return influences
}

/** − q · u: influence where the curvature is taken for the identity (TracIn of one checkpoint, Pruthi et al. 2020). */
export function gradientDot(u: Rows, queries: Rows): Float64Array {
  checkWidths(u, queries)
  return coordinates(queries, Float64Array.from(u.values), u.n).map((x) => -x)
}

function addModule(influences: Float64Array, u: Rows, queries: Rows, damping: number, parameters: number): void {
  const { n } = u
  const squared = squaredLengths(u)
  const lambda = (damping * squared.reduce((sum, x) => sum + x, 0)) / (n * parameters)
  // A module that no row moves: every product with it is zero.
  if (lambda === 0) return

  const products = coordinates(queries, Float64Array.from(u.values), n)
  const shares = new Float64Array(n * queries.n)
  for (let q = 0; q < queries.n; q++) {
    for (let i = 0; i < n; i++) {
      shares[i * queries.n + q] = (products[q * n + i] as number) / (n * (lambda + (squared[i] as number)))
    }
  }
  const overlaps = coordinates(u, combine(shares, queries.n, u), queries.n)
  for (let q = 0; q < queries.n; q++) {
    for (let i = 0; i < n; i++) {
      const at = q * n + i
      const whitened = ((products[at] as number) - (overlaps[i * queries.n + q] as number)) / lambda
      influences[at] = (influences[at] as number) - whitened
    }
  }
}

function squaredLengths({ n, width, values }: Rows): Float64Array {
  return Float64Array.from({ length: n }, (_, i) => {
    let sum = 0
    for (let j = i * width; j < (i + 1) * width; j++) sum += (values[j] as number) * (values[j] as number)
    return sum
  })
}

function columns({ n, width, values }: Rows, from: number, count: number): Rows {
  const part = new Float32Array(n * count)
  for (let i = 0; i < n; i++) part.set(values.subarray(i * width + from, i * width + from + count), i * count)
  return { n, width: count, values: part }
}

function checkModules(u: Rows, queries: Rows, modules: readonly GradientModule[]): void {
  checkWidths(u, queries)
  const covered = modules.reduce((sum, { width }) => sum + width, 0)
  if (covered === u.width && modules.every(({ width, parameters }) => width > 0 && parameters > 0)) return
  throw new MalformedError(
    `Modules of ${modules.map(({ width }) => width).join(' + ')} entries do not make up gradients of ${u.width}`,
    { width: u.width, covered },
    'Name every module that was projected, in the order in which they stand side by side.',
  )
}

function checkWidths(u: Rows, queries: Rows): void {
  if (u.width === queries.width) return
  throw new MalformedError(
    `Gradients of rows have ${u.width} entries and those of answers ${queries.width}`,
    { rows: u.width, queries: queries.width },
    'Project both with the same seed and widths.',
  )
}
