/**
 * Gradients of rows as they come: by layer an outer product δ aᵀ, which is never written out.
 *
 *     ⟨g_i, g_j⟩ = Σ_l (δ_l,i · δ_l,j) (a_l,i · a_l,j)
 *
 * Factors (n × out), (n × in) of every layer → products (m × n), or projections (n × width) on two sides (LoGra).
 */
import type { Rows } from '../../attribution/matrix.ts'
import { coordinates } from '../../attribution/matrix.ts'
import { type OuterProducts, projectOuter } from '../../attribution/projection.ts'
import { createRandom } from '../../pipeline/math/random.ts'
import { CLASSES, type Images } from './digits.ts'
import { createPass, type Layer, lossDelta, marginDelta, rowOf, softmax, type Weights } from './network.ts'

/** Of every layer. */
export type Factors = readonly { readonly left: Rows; readonly right: Rows }[]

/** Whose gradient: of a row's loss, of the loss at a label drawn from the model, or of the margin of a label. */
export type Of = 'loss' | 'drawn loss' | 'margin'

export function factorsOf(
  weights: Weights,
  images: Images,
  layers: readonly Layer[],
  { of, labels = images.labels, seed = 1 }: { readonly of: Of; readonly labels?: Uint8Array; readonly seed?: number },
): Factors {
  const { n } = images
  const pass = createPass(layers)
  const random = createRandom(seed, 'labels drawn from the model')
  const factors = layers.map(({ outputs, inputs }) => ({
    left: { n, width: outputs, values: new Float32Array(n * outputs) },
    right: { n, width: inputs, values: new Float32Array(n * inputs) },
  }))
  for (let i = 0; i < n; i++) {
    pass.forward(weights, rowOf(images, i))
    const label = of === 'drawn loss' ? drawLabel(pass.logits, random.uniform()) : (labels[i] as number)
    pass.backward(weights, of === 'margin' ? marginDelta(pass.logits, label) : lossDelta(pass.logits, label))
    for (const [l, { left, right }] of factors.entries()) {
      left.values.set(pass.deltas[l] as Float64Array, i * left.width)
      right.values.set(pass.inputs[l] as Float64Array, i * right.width)
    }
  }
  return factors
}

function drawLabel(logits: Float64Array, drawn: number): number {
  const p = softmax(logits)
  let sum = 0
  for (let c = 0; c < CLASSES - 1; c++) {
    sum += p[c] as number
    if (drawn < sum) return c
  }
  return CLASSES - 1
}

/** ⟨a_i, b_j⟩ of all pairs (m × n). */
export function products(a: Factors, b: Factors): Float64Array {
  const sum = new Float64Array((a[0]?.left.n ?? 0) * (b[0]?.left.n ?? 0))
  for (const [l, { left, right }] of a.entries()) {
    const other = b[l] as Factors[number]
    const lefts = coordinates(left, Float64Array.from(other.left.values), other.left.n)
    const rights = coordinates(right, Float64Array.from(other.right.values), other.right.n)
    for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + (lefts[i] as number) * (rights[i] as number)
  }
  return sum
}

/** Squared lengths (n). */
export function squares(factors: Factors): Float64Array {
  const n = factors[0]?.left.n ?? 0
  const sum = new Float64Array(n)
  for (const { left, right } of factors)
    for (let i = 0; i < n; i++) sum[i] = (sum[i] as number) + squared(left, i) * squared(right, i)
  return sum
}

function squared({ width, values }: Rows, row: number): number {
  let sum = 0
  for (let j = row * width; j < (row + 1) * width; j++) sum += (values[j] as number) ** 2
  return sum
}

/** How many numbers are kept of each side of each layer, so that about `width` are kept of a row. */
export function keeps(layers: readonly Layer[], width: number): readonly { left: number; right: number }[] {
  const first = layers.length === 1 ? 1 : 0.75
  return layers.map(({ outputs, inputs }, l) => {
    const share = Math.floor(width * (l === 0 ? first : (1 - first) / (layers.length - 1)))
    const left = Math.min(outputs, Math.floor(Math.sqrt(share)))
    return { left, right: Math.min(inputs, Math.floor(share / left)) }
  })
}

/** Projected on both sides of every layer; what is short already is kept whole. */
export function project(factors: Factors, layers: readonly Layer[], width: number, seed: number): Rows {
  const kept = keeps(layers, width)
  const modules = factors.map(({ left, right }, l): OuterProducts => {
    const keep = kept[l] as { left: number; right: number }
    return { left: { rows: left, keep: keep.left }, right: { rows: right, keep: keep.right } }
  })
  return projectOuter(modules, factors[0]?.left.n ?? 0, seed)
}
