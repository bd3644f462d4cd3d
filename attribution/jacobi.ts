// Eigenvalues and eigenvectors of a small symmetric matrix by cyclic Jacobi rotations (Golub and Van Loan, Matrix
// Computations, section 8.5): slower than other methods, but short, accurate to the last digits, and never stuck.
//
// matrix (k × k) → values (k) descending, vectors (k × k), one a row.

export type Eigen = { readonly values: Float64Array; readonly vectors: Float64Array }

const MAX_SWEEPS = 30

export function eigenSymmetric(matrix: Float64Array, k: number): Eigen {
  const a = Float64Array.from(matrix)
  const v = new Float64Array(k * k)
  for (let i = 0; i < k; i++) v[i * k + i] = 1

  const total = a.reduce((sum, x) => sum + x * x, 0)
  for (let sweep = 0; sweep < MAX_SWEEPS && offDiagonal(a, k) > 1e-28 * total; sweep++) {
    for (let p = 0; p < k - 1; p++) {
      for (let q = p + 1; q < k; q++) rotate(a, v, k, p, q)
    }
  }

  const order = Array.from({ length: k }, (_, i) => i)
  order.sort((i, j) => (a[j * k + j] as number) - (a[i * k + i] as number) || i - j)
  const values = new Float64Array(k)
  const vectors = new Float64Array(k * k)
  order.forEach((from, to) => {
    values[to] = a[from * k + from] as number
    vectors.set(v.subarray(from * k, (from + 1) * k), to * k)
  })
  return { values, vectors }
}

/** Turns the plane (p, q) so that a_pq becomes zero. `a` is kept whole, both triangles; `v` holds the vectors in rows. */
function rotate(a: Float64Array, v: Float64Array, k: number, p: number, q: number): void {
  const apq = a[p * k + q] as number
  const app = a[p * k + p] as number
  const aqq = a[q * k + q] as number
  if (apq * apq <= 1e-32 * Math.abs(app * aqq)) return

  const theta = (aqq - app) / (2 * apq)
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1))
  const c = 1 / Math.sqrt(t * t + 1)
  const s = t * c
  turn(a, k, p, q, c, s)
  // The matrix stays symmetric, so turning its columns is copying the turned rows, except where they cross.
  for (let i = 0; i < k; i++) {
    a[i * k + p] = a[p * k + i] as number
    a[i * k + q] = a[q * k + i] as number
  }
  a[p * k + p] = app - t * apq
  a[q * k + q] = aqq + t * apq
  a[p * k + q] = 0
  a[q * k + p] = 0
  turn(v, k, p, q, c, s)
}

function turn(m: Float64Array, k: number, p: number, q: number, c: number, s: number): void {
  for (let i = 0; i < k; i++) {
    const x = m[p * k + i] as number
    const y = m[q * k + i] as number
    m[p * k + i] = c * x - s * y
    m[q * k + i] = s * x + c * y
  }
}

function offDiagonal(a: Float64Array, k: number): number {
  let sum = 0
  for (let i = 0; i < k; i++) {
    for (let j = 0; j < i; j++) sum += 2 * (a[i * k + j] as number) * (a[i * k + j] as number)
  }
  return sum
}
