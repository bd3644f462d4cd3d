/**
 * Multi-head scaled dot-product attention (Vaswani et al., 2017) inside each of several texts laid out one after the other:
 *
 *     out_i = Σ_j softmax_j(q_i · k_j / √size) v_j          per head, over the tokens j of i's own text
 */

import { exp } from '../../math/elementary.ts'
import type { Workspace } from '../kernels.ts'

const HEADS = 4

export interface Tokens {
  /** Where each text begins among the tokens, and after the last where they end. */
  readonly starts: readonly number[]
  readonly count: number
}

export function layOut(texts: readonly Int32Array[]): Tokens {
  const starts = [0]
  for (const pieces of texts) starts.push((starts.at(-1) as number) + pieces.length)
  return { starts, count: starts.at(-1) as number }
}

/** Scaled dot-product attention inside each text; qkv (tokens, 3·width) holds queries, keys and values side by side. */
export function attend(workspace: Workspace, qkv: Float32Array, tokens: Tokens, width: number): Float32Array {
  const out = workspace.floats(tokens.count * width)
  const size = width / HEADS
  const stride = 3 * width
  const scale = 1 / Math.sqrt(size)
  for (let text = 0; text + 1 < tokens.starts.length; text++) {
    const start = tokens.starts[text] as number
    const n = (tokens.starts[text + 1] as number) - start
    workspace.scoped(() => {
      const weights = workspace.floats(n * n)
      const values = workspace.floats(size * n)
      for (let head = 0; head < HEADS; head++) {
        const at = (part: number): Float32Array => qkv.subarray(start * stride + part * width + head * size)
        const value = at(2)
        workspace.multiplyTransposed(
          { data: at(0), stride },
          { data: at(1), stride },
          { data: weights, stride: n },
          n,
          size,
          n,
        )
        for (let i = 0; i < n; i++) softmax(weights.subarray(i * n, (i + 1) * n), scale)
        for (let t = 0; t < n; t++) for (let c = 0; c < size; c++) values[c * n + t] = value[t * stride + c] as number
        workspace.multiplyTransposed(
          { data: weights, stride: n },
          { data: values, stride: n },
          { data: out.subarray(start * width + head * size), stride: width },
          n,
          n,
          size,
        )
      }
    })
  }
  return out
}

function softmax(row: Float32Array, scale: number): void {
  let largest = Number.NEGATIVE_INFINITY
  for (const value of row) largest = Math.max(largest, value)
  let sum = 0
  for (let j = 0; j < row.length; j++) {
    const power = exp(((row[j] as number) - largest) * scale)
    row[j] = power
    sum += power
  }
  for (let j = 0; j < row.length; j++) row[j] = (row[j] as number) / sum
}
