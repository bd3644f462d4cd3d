/** Sums over the entries of float32 vectors, in ascending order and in float64, so that every machine finds the same bits. */

/** Σ a_d · b_d */
export function innerProduct(a: Float32Array | Float64Array, b: Float32Array): number {
  let sum = 0
  for (let d = 0; d < a.length; d++) sum += (a[d] as number) * (b[d] as number)
  return sum
}

/** Σ x² */
export function squaredLength(vector: Float32Array): number {
  return innerProduct(vector, vector)
}
