/**
 * Forward and backward through the adapted layers, on pooled features, with every product at low rank.
 *
 *     z = z₀ + s B₂ A₂ u                        u = hidden, z₀ and h₀ frozen (base/adaptedLayers.ts)
 *     h = h₀ + s C A₂ u + s B₃ A₃ z             C = Wₚ B₂ (512, 8),  A₃ z = A₃ z₀ + s D A₂ u,  D = A₃ B₂ (8, 8)
 *     e = tanh h,   m_k = (H e + c)_k − (H e + c)₀     a column for each output k but the first: log-odds of it against that one
 *
 * Backwards from x_k = ∂/∂m_k of each row:
 *
 *     ∂h = Σ x_k (H_k − H₀)(1 − e²),  ∂a₃ = s B₃ᵀ ∂h,  ∂a₂ = s (Cᵀ ∂h + Dᵀ ∂a₃),  ∂z = Wₚᵀ ∂h + A₃ᵀ ∂a₃
 *     ∂B₃ = s ∂h ⊗ a₃,  ∂A₃ = ∂a₃ ⊗ z,  ∂B₂ = s ∂z ⊗ a₂,  ∂A₂ = ∂a₂ ⊗ u,  ∂H = (−Σ x_k, x) ⊗ e       with a₂ = A₂ u, a₃ = A₃ z
 *
 * Per row each gradient is an outer product of two short vectors; `rowFactors` returns those. Over a batch they are summed
 * without ever forming ∂z or z for a row.
 */

import { tanh } from '../../math/elementary.ts'
import type { FrozenOutputs } from '../base/adaptedLayers.ts'
import { transpose } from '../base/layers.ts'
import { createWorkspace, type Strided } from '../kernels.ts'
import { type Adapter, createAdapter, HIDDEN, RANK, SCALE, WIDTH } from './adapter.ts'

/** Rows that go through in one pass; a batch may have no more. */
export const MOST_ROWS = 256
const WORKSPACE_MEBIBYTES = 24

/** The two vectors of each row whose outer product is the row's gradient; the scale s is inside the short one. */
export interface RowFactors {
  readonly hidden: Float32Array
  readonly dA2: Float32Array
  readonly dZ: Float32Array
  readonly a2: Float32Array
  readonly z: Float32Array
  readonly dA3: Float32Array
  readonly dH: Float32Array
  readonly a3: Float32Array
}

export interface Tuner {
  /** The parameters, to be written to in place. */
  readonly adapter: Adapter
  /** Gradients of the last `gradient` call. */
  readonly gradients: Adapter
  /** Log-odds for the rows, MOST_ROWS at a time: (rows, columns). */
  readonly logOdds: (data: FrozenOutputs, rows: readonly number[]) => Float64Array
  /** Fills `gradients` with Σ over rows and columns of x ∂m, where x (rows, columns) is asked once the log-odds are known. */
  readonly gradient: (data: FrozenOutputs, rows: readonly number[], x: (logOdds: Float64Array) => Float64Array) => void
  /** Factors of each row's Σ over columns of x ∂m; x (rows, columns) is asked as well. */
  readonly rowFactors: (
    data: FrozenOutputs,
    rows: readonly number[],
    x: (logOdds: Float64Array) => Float64Array,
  ) => RowFactors
}

/** @param columns One less than the outputs of the head. */
export function createTuner(sentenceProjection: Float32Array, columns = 1): Tuner {
  const outputs = columns + 1
  const memory = createWorkspace(WORKSPACE_MEBIBYTES)
  const adapter = createAdapter(outputs, memory.floats)
  const gradients = createAdapter(outputs, memory.floats)
  const wp = memory.copyOf(sentenceProjection)
  const wpTransposed = memory.copyOf(transpose(sentenceProjection, WIDTH, WIDTH))

  const turned = (matrix: Float32Array, rows: number, columns: number): Float32Array =>
    memory.copyOf(transpose(matrix, rows, columns))
  /** a (m, k) · b (n, k)ᵀ → (m, n) */
  const product = (a: Float32Array, b: Float32Array, m: number, k: number, n: number): Float32Array => {
    const c = memory.floats(m * n)
    memory.multiplyTransposed(packed(a, k), packed(b, k), packed(c, n), m, k, n)
    return c
  }

  const forward = (data: FrozenOutputs, rows: readonly number[]) => {
    const n = rows.length
    const gather = (matrix: Float32Array, width: number): Float32Array => {
      const gathered = memory.floats(n * width)
      for (const [i, row] of rows.entries()) gathered.set(matrix.subarray(row * width, (row + 1) * width), i * width)
      return gathered
    }
    const hidden = gather(data.hidden, HIDDEN)
    const z0 = gather(data.z0, WIDTH)
    const h0 = gather(data.h0, WIDTH)
    const b2Transposed = turned(adapter.feedForwardB, WIDTH, RANK)
    const c = product(wp, b2Transposed, WIDTH, WIDTH, RANK)
    const d = product(adapter.projectionA, b2Transposed, RANK, WIDTH, RANK)
    const a2 = product(hidden, adapter.feedForwardA, n, HIDDEN, RANK)
    const a3 = product(z0, adapter.projectionA, n, WIDTH, RANK)
    addScaled(a3, product(a2, d, n, RANK, RANK), SCALE)
    const viaFeedForward = product(a2, c, n, RANK, WIDTH)
    const viaProjection = product(a3, adapter.projectionB, n, RANK, WIDTH)
    const e = memory.floats(n * WIDTH)
    for (let i = 0; i < e.length; i++)
      e[i] = tanh((h0[i] as number) + SCALE * ((viaFeedForward[i] as number) + (viaProjection[i] as number)))
    const logits = product(e, adapter.headWeight, n, WIDTH, outputs)
    const logOdds = new Float64Array(n * columns)
    for (let k = 1; k < outputs; k++) {
      const bias = (adapter.headBias[k] as number) - (adapter.headBias[0] as number)
      for (let i = 0; i < n; i++)
        logOdds[i * columns + k - 1] = (logits[outputs * i + k] as number) - (logits[outputs * i] as number) + bias
    }
    return { n, hidden, z0, c, d, a2, a3, e, logOdds }
  }
  type Activations = ReturnType<typeof forward>

  const backward = ({ n, c, d, e }: Activations, x: Float64Array) => {
    const dH = memory.floats(n * WIDTH)
    const { headWeight } = adapter
    for (let i = 0; i < n; i++)
      for (let j = 0; j < WIDTH; j++) {
        const slope = e[i * WIDTH + j] as number
        let towards = 0
        for (let k = 0; k < columns; k++)
          towards +=
            (x[i * columns + k] as number) * ((headWeight[(k + 1) * WIDTH + j] as number) - (headWeight[j] as number))
        dH[i * WIDTH + j] = towards * (1 - slope * slope)
      }
    const dA3 = scaled(product(dH, turned(adapter.projectionB, WIDTH, RANK), n, WIDTH, RANK), SCALE)
    const dA2 = product(dH, turned(c, WIDTH, RANK), n, WIDTH, RANK)
    addScaled(dA2, product(dA3, turned(d, RANK, RANK), n, RANK, RANK), 1)
    return { dH, dA3, dA2: scaled(dA2, SCALE) }
  }

  return {
    adapter,
    gradients,
    logOdds: (data, rows) => {
      const all = new Float64Array(rows.length * columns)
      for (let from = 0; from < rows.length; from += MOST_ROWS)
        memory.scoped(() => all.set(forward(data, rows.slice(from, from + MOST_ROWS)).logOdds, from * columns))
      return all
    },

    gradient: (data, rows, x) =>
      memory.scoped(() => {
        const activations = forward(data, rows)
        const { n, hidden, z0, a2, a3, e } = activations
        const weights = x(activations.logOdds)
        const { dH, dA3, dA2 } = backward(activations, weights)

        const dLogits = memory.floats(n * outputs)
        const totals = new Float64Array(outputs)
        for (let i = 0; i < n; i++) {
          let all = 0
          for (let k = 1; k < outputs; k++) {
            const weight = weights[i * columns + k - 1] as number
            all += weight
            dLogits[outputs * i + k] = weight
            totals[k] = (totals[k] as number) + weight
          }
          dLogits[outputs * i] = -all
          totals[0] = (totals[0] as number) - all
        }
        gradients.headBias.set(totals)
        memory.multiplyTransposedLeft(dLogits, e, gradients.headWeight, outputs, n, WIDTH)

        memory.multiplyTransposedLeft(dH, a3, gradients.projectionB, WIDTH, n, RANK)
        scaled(gradients.projectionB, SCALE)
        // Σ ∂a₃ ⊗ z = Σ ∂a₃ ⊗ z₀ + s (Σ ∂a₃ ⊗ a₂) B₂ᵀ
        const mixed = memory.floats(RANK * RANK)
        memory.multiplyTransposedLeft(dA3, a2, mixed, RANK, n, RANK)
        memory.multiplyTransposedLeft(dA3, z0, gradients.projectionA, RANK, n, WIDTH)
        addScaled(gradients.projectionA, product(mixed, adapter.feedForwardB, RANK, RANK, WIDTH), SCALE)
        // Σ a₂ ⊗ ∂z = (Σ a₂ ⊗ ∂h) Wₚ + (Σ a₂ ⊗ ∂a₃) A₃, transposed at the end
        const outer = memory.floats(RANK * WIDTH)
        memory.multiplyTransposedLeft(a2, dH, outer, RANK, n, WIDTH)
        const dB2 = product(outer, wpTransposed, RANK, WIDTH, WIDTH)
        const a3Columns = turned(adapter.projectionA, RANK, WIDTH)
        addScaled(dB2, product(turned(mixed, RANK, RANK), a3Columns, RANK, RANK, WIDTH), 1)
        gradients.feedForwardB.set(scaled(turned(dB2, RANK, WIDTH), SCALE))
        memory.multiplyTransposedLeft(dA2, hidden, gradients.feedForwardA, RANK, n, HIDDEN)
      }),

    rowFactors: (data, rows, x) =>
      memory.scoped(() => {
        const activations = forward(data, rows)
        const { n, hidden, z0, a2, a3 } = activations
        const { dH, dA3, dA2 } = backward(activations, x(activations.logOdds))
        const z = memory.copyOf(z0)
        addScaled(z, product(a2, adapter.feedForwardB, n, RANK, WIDTH), SCALE)
        const dZ = product(dH, wpTransposed, n, WIDTH, WIDTH)
        addScaled(dZ, product(dA3, turned(adapter.projectionA, RANK, WIDTH), n, RANK, WIDTH), 1)
        const factors = { hidden, dA2, dZ, a2: scaled(a2, SCALE), z, dA3, dH, a3: scaled(a3, SCALE) }
        return Object.fromEntries(
          Object.entries(factors).map(([name, values]) => [name, Float32Array.from(values)]),
        ) as unknown as RowFactors
      }),
  }
}

const packed = (data: Float32Array, stride: number): Strided => ({ data, stride })

function scaled(values: Float32Array, by: number): Float32Array {
  for (let i = 0; i < values.length; i++) values[i] = (values[i] as number) * by
  return values
}

function addScaled(to: Float32Array, values: Float32Array, by: number): void {
  for (let i = 0; i < to.length; i++) to[i] = (to[i] as number) + by * (values[i] as number)
}
