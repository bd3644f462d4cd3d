// The door to `kernels.wasm`: one memory a user, handed out from its beginning, and the loops on it, typed. In Node, in
// worker threads and in browsers. Integers and float64 of WebAssembly are exact or IEEE 754, so results are the same everywhere.

import { MalformedError } from '../malformed.ts'

/** What is used of it; TypeScript knows WebAssembly only together with the whole DOM, which this house has no use for. */
declare const WebAssembly: {
  readonly compile: (binary: Uint8Array<ArrayBuffer>) => Promise<object>
  readonly Memory: new (size: { initial: number }) => { readonly buffer: ArrayBuffer }
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown }
}

/** `kernels/*.ts` says what each does. Pointers are byte addresses. */
export type Kernels = {
  readonly prepareQuery: (codes: number, operands: number, dims: number) => number
  readonly prepareRows: (rows: number, squares: number, lengths: number, count: number, bytes: number) => void
  readonly reachingRows: (
    rows: number,
    lengths: number,
    from: number,
    count: number,
    bytes: number,
    operands: number,
    bias: number,
    threshold: number,
    found: number,
    room: number,
  ) => number
  readonly bestRows: (
    rows: number,
    weights: number,
    count: number,
    bytes: number,
    operands: number,
    bias: number,
    towards: number,
    away: number,
    most: number,
  ) => number
  readonly addRows: (rows: number, multipliers: number, count: number, bytes: number, sums: number) => void
  readonly packRows: (rows: number, count: number, width: number, panels: number) => void
  readonly packWideRows: (rows: number, count: number, width: number, panels: number) => void
  readonly packColumns: (rows: number, count: number, width: number, panels: number) => void
  readonly packWideColumns: (rows: number, count: number, width: number, panels: number) => void
  readonly addProducts: (
    a: number,
    panelsA: number,
    b: number,
    panelsB: number,
    terms: number,
    out: number,
    stride: number,
    upper: boolean,
  ) => void
}

/** A memory with the kernels at work on it. It never grows, so views of its buffer stay valid. */
export type Workspace = {
  readonly kernels: Kernels
  readonly buffer: ArrayBuffer
  /** An address for so many bytes of zeros, a multiple of 64. */
  readonly take: (bytes: number) => number
}

const PAGE = 65_536
const MOST_PAGES = 65_536
/** The kernels' constants lie before it; address zero stays unused. */
const FIRST_ADDRESS = 4_096
const ALIGNMENT = 64

const compiled = await WebAssembly.compile(await readBinary(new URL('./kernels.wasm', import.meta.url)))

/** A workspace with room for blocks of these sizes, each aligned. */
export function createWorkspace(sizes: readonly number[]): Workspace {
  const bytes = sizes.reduce((sum, size) => sum + size + ALIGNMENT, FIRST_ADDRESS)
  const pages = Math.ceil(bytes / PAGE)
  if (pages > MOST_PAGES) {
    throw new MalformedError(
      `${bytes} bytes do not fit the 4 GiB that WebAssembly can address`,
      { bytes },
      'Take the rows in several parts.',
    )
  }
  const memory = new WebAssembly.Memory({ initial: pages })
  let top = FIRST_ADDRESS
  return {
    kernels: new WebAssembly.Instance(compiled, { env: { memory } }).exports as Kernels,
    buffer: memory.buffer,
    take: (size) => {
      const address = top
      top += Math.ceil(size / ALIGNMENT) * ALIGNMENT
      if (top > memory.buffer.byteLength) throw new Error(`A workspace of ${bytes} bytes was asked for ${top}.`)
      return address
    },
  }
}

async function readBinary(url: URL): Promise<Uint8Array<ArrayBuffer>> {
  if (url.protocol === 'file:') return new Uint8Array(await (await import('node:fs/promises')).readFile(url))
  return new Uint8Array(await (await fetch(url)).arrayBuffer())
}
