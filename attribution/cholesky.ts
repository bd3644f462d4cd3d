// Whitening by a damped curvature:  C + λI = L Lᵀ,  r = L⁻¹ u, so that r·r' = uᵀ (C + λI)⁻¹ u'.
//
// TRAK (Park et al. 2023), LoGra (Choe et al. 2024). matrix (k × k) symmetric → L (k × k) lower triangular.

import { MalformedError } from './malformed.ts'

/** The lower factor of a symmetric positive definite matrix with `damping` added to its diagonal. */
export function cholesky(matrix: Float64Array, k: number, damping: number): Float64Array {
  const lower = new Float64Array(k * k)
  for (let j = 0; j < k; j++) {
    const pivot = (matrix[j * k + j] as number) + damping - rowProduct(lower, k, j, j)
    if (!(pivot > 0)) {
      throw new MalformedError(
        `The curvature is not positive definite at dimension ${j} of ${k}`,
        { dimension: j, pivot, damping },
        'Raise the damping, or look for rows of zeros or of values that are not numbers.',
      )
    }
    const root = Math.sqrt(pivot)
    lower[j * k + j] = root
    for (let i = j + 1; i < k; i++) {
      lower[i * k + j] = ((matrix[i * k + j] as number) - rowProduct(lower, k, i, j)) / root
    }
  }
  return lower
}

/** L⁻¹, lower triangular, column by column by forward substitution. */
export function invertLower(lower: Float64Array, k: number): Float64Array {
  const inverse = new Float64Array(k * k)
  for (let column = 0; column < k; column++) {
    inverse[column * k + column] = 1 / (lower[column * k + column] as number)
    for (let i = column + 1; i < k; i++) {
      let sum = 0
      for (let t = column; t < i; t++) sum += (lower[i * k + t] as number) * (inverse[t * k + column] as number)
      inverse[i * k + column] = -sum / (lower[i * k + i] as number)
    }
  }
  return inverse
}

/** Σ_{t < j} L_it · L_jt */
function rowProduct(lower: Float64Array, k: number, i: number, j: number): number {
  let sum = 0
  for (let t = 0; t < j; t++) sum += (lower[i * k + t] as number) * (lower[j * k + t] as number)
  return sum
}
