/**
 * The door to `kernels.wasm`: memory handed out like a stack, and the three loops on it, typed.
 *
 * WebAssembly's float32 arithmetic is IEEE 754 to the last bit, and the kernels fix the order of every sum, so what is
 * computed here is the same on every machine. Views stay valid because the memory never grows.
 */
import { readFileSync } from 'node:fs'

/** What is used of it; TypeScript knows WebAssembly only together with the whole DOM, which this house has no use for. */
declare const WebAssembly: {
  readonly Module: new (binary: Uint8Array<ArrayBuffer>) => object
  readonly Memory: new (size: { initial: number }) => { readonly buffer: ArrayBuffer }
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown }
}

type Exports = {
  readonly multiplyTransposed: (...pointersStridesSizes: number[]) => void
  readonly multiplyTransposedLeft: (a: number, b: number, c: number, m: number, k: number, n: number) => void
  readonly dequantise: (codes: number, scales: number, levels: number, out: number, size: number, block: number) => void
}

/** A matrix inside a workspace whose rows lie `stride` entries apart. */
export interface Strided {
  readonly data: Float32Array
  readonly stride: number
}

export interface Workspace {
  /** Uninitialised memory; 16-byte aligned. */
  readonly floats: (length: number) => Float32Array
  readonly bytes: (length: number) => Uint8Array
  readonly copyOf: (values: Float32Array) => Float32Array
  /** Runs `work` and takes back everything it was handed. Results must be copied out by the end of it. */
  readonly scoped: <T>(work: () => T) => T
  /** c (m, n) = a (m, k) · b (n, k)ᵀ */
  readonly multiplyTransposed: (a: Strided, b: Strided, c: Strided, m: number, k: number, n: number) => void
  /** c (m, n) = a (k, m)ᵀ · b (k, n) */
  readonly multiplyTransposedLeft: (
    a: Float32Array,
    b: Float32Array,
    c: Float32Array,
    m: number,
    k: number,
    n: number,
  ) => void
  readonly dequantise: (
    codes: Uint8Array,
    scales: Float32Array,
    levels: Float32Array,
    out: Float32Array,
    block: number,
  ) => void
}

const PAGE = 65_536
/** Address zero stays unused, so that a forgotten view cannot look like a valid one. */
const FIRST_ADDRESS = 1_024

export const KERNELS_BINARY: Uint8Array<ArrayBuffer> = new Uint8Array(
  readFileSync(new URL('./kernels.wasm', import.meta.url)),
)
const compiled = new WebAssembly.Module(KERNELS_BINARY)

export function createWorkspace(mebibytes: number): Workspace {
  const memory = new WebAssembly.Memory({ initial: (mebibytes * 1_048_576) / PAGE })
  const kernels = new WebAssembly.Instance(compiled, { env: { memory } }).exports as Exports
  const { buffer } = memory
  let top = FIRST_ADDRESS

  const take = (bytes: number): number => {
    const address = (top + 15) & ~15
    if (address + bytes > buffer.byteLength)
      throw new Error(`A workspace of ${mebibytes} MiB is too small: ${address + bytes} bytes were asked of it.`)
    top = address + bytes
    return address
  }
  const floats = (length: number): Float32Array => new Float32Array(buffer, take(length * 4), length)

  return {
    floats,
    bytes: (length) => new Uint8Array(buffer, take(length), length),
    copyOf: (values) => {
      const copy = floats(values.length)
      copy.set(values)
      return copy
    },
    scoped: (work) => {
      const before = top
      try {
        return work()
      } finally {
        top = before
      }
    },
    multiplyTransposed: (a, b, c, m, k, n) =>
      kernels.multiplyTransposed(
        a.data.byteOffset,
        a.stride,
        b.data.byteOffset,
        b.stride,
        c.data.byteOffset,
        c.stride,
        m,
        k,
        n,
      ),
    multiplyTransposedLeft: (a, b, c, m, k, n) =>
      kernels.multiplyTransposedLeft(a.byteOffset, b.byteOffset, c.byteOffset, m, k, n),
    dequantise: (codes, scales, levels, out, block) =>
      kernels.dequantise(codes.byteOffset, scales.byteOffset, levels.byteOffset, out.byteOffset, out.length, block),
  }
}
