// Rows of data that come in blocks, as they are read from a file: however many there are, only a block of them is in memory.

import type { Rows } from '../matrix.ts'

/** n × width float32; each walk begins with row 0, and a block holds whole rows, as many as whoever reads them likes. */
export type RowBlocks = {
  readonly n: number
  readonly width: number
  readonly blocks: () => Iterable<Float32Array>
}

/** Rows in memory as one block. */
export function blocksOf({ n, width, values }: Rows): RowBlocks {
  return { n, width, blocks: () => [values] }
}

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
