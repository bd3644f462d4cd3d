// Curvature: how sharply the loss bends along every direction, from projected gradients.
//
//   Gauss–Newton       C = Vᵀ V / n    v_i = √(p_i (1 − p_i)) · ∇ margin_i      (Martens 2020; Grosse et al. 2023)
//   empirical Fisher   C = Uᵀ U / n    u_i = ∇ loss_i                            for comparison
//   damping            λ = rel · trace(C)
//
// rows (n × k) → (k × k). The formula is the same; which rows go in makes the difference.

import { combine, type Rows } from './matrix.ts'

/** Rowsᵀ · rows / n. */
export function curvature(rows: Rows): Float64Array {
  const matrix = combine(Float64Array.from(rows.values), rows.width, rows)
  for (let i = 0; i < matrix.length; i++) matrix[i] = (matrix[i] as number) / rows.n
  return matrix
}

/** The trace of the curvature, without forming it: the mean squared length of the rows. */
export function curvatureTrace({ n, values }: Rows): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += (values[i] as number) * (values[i] as number)
  return sum / n
}
