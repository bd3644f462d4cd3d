// Rows of data that come in blocks, as they are read from a file: however many there are, only a block of them is in memory.

import type { Rows } from '../matrix.ts'

/** n × width float32; each walk begins with row 0, and a block holds whole rows, as many as the reader wants. */
export type RowBlocks = {
  readonly n: number
  readonly width: number
  readonly blocks: () => Iterable<Float32Array>
}

/** Rows in memory as one block. */
export function blocksOf({ n, width, values }: Rows): RowBlocks {
  return { n, width, blocks: () => [values] }
}

/** Takes rows, block after block, and holds a sum over all of them. */
export type RowSum = {
  readonly add: (block: Float32Array) => void
  readonly result: () => Float64Array
}

/** The side of the squares in which the kernels compute products. */
export const TILE = 4
const PART_BYTES = 1 << 20

/** How many rows the kernels take at a time, so that they stay in the level-2 cache: a multiple of 4. */
export function rowsPerPart(width: number): number {
  return Math.max(4, Math.min(256, Math.floor(PART_BYTES / (width * 8)))) & ~3
}

/** A block, a part at a time. */
export function* partsOf(block: Float32Array, width: number): Generator<Float32Array> {
  const size = rowsPerPart(width) * width
  for (let from = 0; from < block.length; from += size) yield block.subarray(from, from + size)
}

export function paddedToTile(count: number): number {
  return Math.ceil(count / TILE) * TILE
}

/** Puts rows where the kernels read them, filled up with zeros on both sides, which change no sum. Returns how many rows. */
export function placeRows(to: Float32Array, values: Float32Array, width: number, wPadded: number): number {
  const n = values.length / width
  if (width === wPadded) to.set(values)
  else for (let i = 0; i < n; i++) to.set(values.subarray(i * width, (i + 1) * width), i * wPadded)
  const count = paddedToTile(n)
  to.fill(0, n * wPadded, count * wPadded)
  return count
}
