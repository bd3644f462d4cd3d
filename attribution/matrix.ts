// The few products that the rest is made of. Data are float32, everything worked out of them is float64; every sum takes
// its terms in ascending order, so results are the same to the last bit on every machine (JavaScript never contracts a·b + c).
// Row-major throughout. Four sums are taken at a time, because one alone would wait for its own last addition.

/** Rows of data: n × width, float32. */
export type Rows = { readonly n: number; readonly width: number; readonly values: Float32Array }

/** data (n × w) · basisᵀ (w × k) → (n × k): every row's coordinates along every basis row. */
export function coordinates(data: Rows, basis: Float64Array, k: number): Float64Array {
  const { n, width, values } = data
  const out = new Float64Array(n * k)
  for (let i = 0; i < n; i++) {
    const row = values.subarray(i * width, (i + 1) * width)
    let d = 0
    for (; d + 4 <= k; d += 4) {
      const at = d * width
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
      out[i * k + d] = s0
      out[i * k + d + 1] = s1
      out[i * k + d + 2] = s2
      out[i * k + d + 3] = s3
    }
    for (; d < k; d++) {
      let sum = 0
      for (let j = 0; j < width; j++) sum += (row[j] as number) * (basis[d * width + j] as number)
      out[i * k + d] = sum
    }
  }
  return out
}

/** coefficientsᵀ (k × n) · data (n × w) → (k × w): the sum of the rows, weighted once for every coefficient column. */
export function combine(coefficients: Float64Array, k: number, data: Rows): Float64Array {
  const { n, width, values } = data
  const out = new Float64Array(k * width)
  const zeros = new Float32Array(width)
  for (let i = 0; i < n; i += 4) {
    const rows = [0, 1, 2, 3].map((r) => (i + r < n ? values.subarray((i + r) * width, (i + r + 1) * width) : zeros))
    const [x0, x1, x2, x3] = rows as [Float32Array, Float32Array, Float32Array, Float32Array]
    for (let d = 0; d < k; d++) {
      const c0 = coefficients[i * k + d] as number
      const c1 = coefficients[(i + 1) * k + d] ?? 0
      const c2 = coefficients[(i + 2) * k + d] ?? 0
      const c3 = coefficients[(i + 3) * k + d] ?? 0
      const at = d * width
      for (let j = 0; j < width; j++) {
        out[at + j] =
          (out[at + j] as number) +
          c0 * (x0[j] as number) +
          c1 * (x1[j] as number) +
          c2 * (x2[j] as number) +
          c3 * (x3[j] as number)
      }
    }
  }
  return out
}

/** a (k × m) · bᵀ (m × l) → (k × l), both float64. */
export function timesTransposed(a: Float64Array, b: Float64Array, k: number, l: number, m: number): Float64Array {
  const out = new Float64Array(k * l)
  for (let i = 0; i < k; i++) {
    for (let j = 0; j < l; j++) {
      let sum = 0
      for (let t = 0; t < m; t++) sum += (a[i * m + t] as number) * (b[j * m + t] as number)
      out[i * l + j] = sum
    }
  }
  return out
}

/** a (k × m) · b (m × l) → (k × l), both float64. */
export function times(a: Float64Array, b: Float64Array, k: number, l: number, m: number): Float64Array {
  const out = new Float64Array(k * l)
  for (let i = 0; i < k; i++) {
    for (let t = 0; t < m; t++) {
      const x = a[i * m + t] as number
      if (x === 0) continue
      for (let j = 0; j < l; j++) out[i * l + j] = (out[i * l + j] as number) + x * (b[t * l + j] as number)
    }
  }
  return out
}
