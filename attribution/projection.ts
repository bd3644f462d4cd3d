// Random projections: gradients too long to keep are taken down to a few thousand numbers that keep their products.
//
//   dense       u = Pᵀ g,  P (p × k) of ±1/√k                      Rademacher; TRAK (Park et al. 2023), section 3
//   two-sided   g = l ⊗ r per module → (P_lᵀ l) ⊗ (P_rᵀ r)         LoGra (Choe et al. 2024), section 3
//
// A side that is already small (the rank of a LoRA factor) is kept whole. Signs are drawn from a seeded source, so a
// projection is named by its seed and shape, and no matrix is ever stored.

import type { Rows } from './matrix.ts'
import { randomSource } from './random.ts'

const SIGNS_PER_WORD = 32

/** rows (n × p) → (n × k), dense Rademacher. Signs are made 32 columns at a time: p words, whatever k is. */
export function projectDense({ n, width, values }: Rows, k: number, seed: number): Rows {
  const out = new Float32Array(n * k)
  const signs = new Uint32Array(width)
  const sums = new Float64Array(SIGNS_PER_WORD)
  const scale = 1 / Math.sqrt(k)
  for (let from = 0; from < k; from += SIGNS_PER_WORD) {
    drawSigns(signs, seed, from / SIGNS_PER_WORD)
    const columns = Math.min(SIGNS_PER_WORD, k - from)
    for (let i = 0; i < n; i++) {
      sums.fill(0)
      for (let j = 0; j < width; j++) {
        const x = values[i * width + j] as number
        if (x === 0) continue
        const word = signs[j] as number
        for (let c = 0; c < SIGNS_PER_WORD; c++) {
          sums[c] = (sums[c] as number) + x * (1 - ((word >>> c) & 1) * 2)
        }
      }
      for (let c = 0; c < columns; c++) out[i * k + from + c] = (sums[c] as number) * scale
    }
  }
  return { n, width: k, values: out }
}

/** The matrix that `projectDense` applies, transposed: (k × p). For maps that are composed before they are applied. */
export function denseProjection(p: number, k: number, seed: number): Float64Array {
  const matrix = new Float64Array(k * p)
  const signs = new Uint32Array(p)
  const scale = 1 / Math.sqrt(k)
  for (let d = 0; d < k; d++) {
    if (d % SIGNS_PER_WORD === 0) drawSigns(signs, seed, d / SIGNS_PER_WORD)
    for (let j = 0; j < p; j++) {
      const negative = ((signs[j] as number) >>> (d % SIGNS_PER_WORD)) & 1
      matrix[d * p + j] = negative ? -scale : scale
    }
  }
  return matrix
}

/** One factor of a module's per-row gradient, and how many numbers to keep of it: `keep = rows.width` keeps it whole. */
export type Side = { readonly rows: Rows; readonly keep: number }

/** A module whose gradient in every row is the outer product of two vectors. */
export type OuterProducts = { readonly left: Side; readonly right: Side }

export function projectedWidth(modules: readonly OuterProducts[]): number {
  return modules.reduce((sum, { left, right }) => sum + left.keep * right.keep, 0)
}

/** factors (n × a), (n × b) of every module → (n × Σ a'·b'), module after module, left index first. */
export function projectOuter(modules: readonly OuterProducts[], n: number, seed: number): Rows {
  const width = projectedWidth(modules)
  const values = new Float32Array(n * width)
  let offset = 0
  modules.forEach(({ left, right }, module) => {
    const l = project(left, moduleSeed(seed, 2 * module)).values
    const r = project(right, moduleSeed(seed, 2 * module + 1)).values
    for (let i = 0; i < n; i++) {
      for (let a = 0; a < left.keep; a++) {
        const x = l[i * left.keep + a] as number
        const at = i * width + offset + a * right.keep
        for (let b = 0; b < right.keep; b++) values[at + b] = x * (r[i * right.keep + b] as number)
      }
    }
    offset += left.keep * right.keep
  })
  return { n, width, values }
}

function project({ rows, keep }: Side, seed: number): Rows {
  return keep === rows.width ? rows : projectDense(rows, keep, seed)
}

function moduleSeed(seed: number, side: number): number {
  return randomSource(seed, side + 1)()
}

function drawSigns(signs: Uint32Array, seed: number, block: number): void {
  const next = randomSource(seed, block)
  for (let j = 0; j < signs.length; j++) signs[j] = next()
}
