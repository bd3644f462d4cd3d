/** Inner products of all pairs of sketches. Codes are small integers, so float32 kernels give them exactly. */
import { createWorkspace } from '../train/kernels.ts'

const ROWS_PER_PASS = 256
const BYTES_A_FLOAT = 4
const MEBIBYTE = 1_048_576

/** The product of the codes of two rows, by their places. */
export type Products = (i: number, j: number) => number

/** codes (n × k) → their products (n × n) */
export function productsOf(codes: readonly Int8Array[]): Products {
  const n = codes.length
  const k = codes[0]?.length ?? 0
  const bytes = (n * k + ROWS_PER_PASS * n) * BYTES_A_FLOAT
  const workspace = createWorkspace(Math.ceil(bytes / MEBIBYTE) + 1)
  const all = workspace.floats(n * k)
  for (const [i, row] of codes.entries()) all.set(row, i * k)
  const products = new Float32Array(n * n)
  const part = workspace.floats(ROWS_PER_PASS * n)
  for (let from = 0; from < n; from += ROWS_PER_PASS) {
    const rows = Math.min(ROWS_PER_PASS, n - from)
    const left = { data: all.subarray(from * k, (from + rows) * k), stride: k }
    workspace.multiplyTransposed(left, { data: all, stride: k }, { data: part, stride: n }, rows, k, n)
    products.set(part.subarray(0, rows * n), from * n)
  }
  return (i, j) => products[i * n + j] as number
}
