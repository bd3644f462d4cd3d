// The directions along which the curvature is largest: top eigenvectors of C = Vᵀ V / n, without forming C.
//
//   Q ← orthonormal(C Q), repeated;  then Rayleigh–Ritz: eigenvectors of Q C Qᵀ turned back      (Halko et al. 2011)
//
// passes over rows v (n × w) → values (k) descending, basis (k × w) orthonormal, one eigenvector a row.

import { eigenSymmetric } from './jacobi.ts'
import { times } from './matrix.ts'
import { curvatureAlong, type Fit, narrowGram, powerStep } from './rowPasses.ts'
import { type RandomSource, randomSource } from './random.ts'

export type Subspace = { readonly values: Float64Array; readonly basis: Float64Array }

/** The top `k` eigenpairs, closer with every iteration; the last few of them converge last and matter least. */
export function* principalSubspace(
  rows: { readonly n: number; readonly width: number },
  k: number,
  iterations: number,
  seed: number,
): Fit<Subspace> {
  const { width } = rows
  const gram = yield* narrowGram(width, k)
  const next = randomSource(seed)
  let basis: Float64Array = Float64Array.from({ length: k * width }, () => next() / 2 ** 31 - 1)
  orthonormalise(basis, k, width, next)
  for (let i = 0; i < iterations; i++) {
    basis = yield* powerStep(basis, k, width, gram)
    orthonormalise(basis, k, width, next)
  }

  const { values, vectors } = eigenSymmetric(yield* curvatureAlong(basis, k, rows, gram), k)
  return { values, basis: times(vectors, basis, k, width, k) }
}

/**
 * Gram–Schmidt, every row cleaned twice, in place. A row that the earlier ones span already (fewer than k directions in the
 * data) is replaced by a random one: its eigenvalue will be zero, and no gradient of the data has a part along it.
 */
function orthonormalise(basis: Float64Array, k: number, width: number, next: RandomSource): void {
  for (let d = 0; d < k; d++) {
    const row = basis.subarray(d * width, (d + 1) * width)
    const before = length(row)
    clean(basis, d, row)
    if (!(length(row) > 1e-10 * before)) {
      for (let j = 0; j < width; j++) row[j] = next() / 2 ** 31 - 1
      clean(basis, d, row)
    }
    scale(row, 1 / length(row))
    clean(basis, d, row)
    scale(row, 1 / length(row))
  }
}

/** Takes out of `row` its parts along the `d` rows before it, four at a time: cleaning twice makes up for the coarseness. */
function clean(basis: Float64Array, d: number, row: Float64Array): void {
  const width = row.length
  let e = 0
  for (; e + 4 <= d; e += 4) {
    const at = e * width
    let s0 = 0
    let s1 = 0
    let s2 = 0
    let s3 = 0
    for (let j = 0; j < width; j++) {
      const x = row[j] as number
      s0 += x * (basis[at + j] as number)
      s1 += x * (basis[at + width + j] as number)
      s2 += x * (basis[at + 2 * width + j] as number)
      s3 += x * (basis[at + 3 * width + j] as number)
    }
    for (let j = 0; j < width; j++) {
      const part =
        s0 * (basis[at + j] as number) +
        s1 * (basis[at + width + j] as number) +
        s2 * (basis[at + 2 * width + j] as number) +
        s3 * (basis[at + 3 * width + j] as number)
      row[j] = (row[j] as number) - part
    }
  }
  for (; e < d; e++) {
    const at = e * width
    let sum = 0
    for (let j = 0; j < width; j++) sum += (row[j] as number) * (basis[at + j] as number)
    for (let j = 0; j < width; j++) row[j] = (row[j] as number) - sum * (basis[at + j] as number)
  }
}

function length(row: Float64Array): number {
  let sum = 0
  for (let j = 0; j < row.length; j++) sum += (row[j] as number) * (row[j] as number)
  return Math.sqrt(sum)
}

function scale(row: Float64Array, factor: number): void {
  for (let j = 0; j < row.length; j++) row[j] = (row[j] as number) * factor
}
