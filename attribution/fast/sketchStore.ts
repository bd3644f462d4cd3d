// Many sketches in the form in which they are searched: packed two codes a byte, beside their lengths.
//
// packed sketches (n × k/2 bytes) → for a query (k codes): the top K of all, or all that are close to it, exactly as
// `attribute` and `isDuplicate` find them. 1,000,000 × 256 codes take 136 MB.

import { isDuplicate, MIN_DUPLICATE_COSINE } from '../duplicates.ts'
import { dot } from '../score.ts'
import { checkDims } from '../sketch.ts'
import { createWorkspace } from './kernels.ts'

/** A sketch by its place in the store, and its score. */
export type Ranked = { readonly position: number; readonly score: number }

export type SketchStore = {
  readonly count: () => number
  /** Puts packed sketches behind those that are there. Their codes must have been checked: 0x8 is none. */
  readonly add: (sketches: Uint8Array) => void
  /** The `topK` sketches of highest positive score, by (score descending, position ascending). */
  readonly top: (query: Int8Array, topK: number) => readonly Ranked[]
  /** The positions of all sketches that count as one with the query, ascending, found as they are asked for. */
  readonly duplicatesOf: (query: Int8Array) => Generator<number>
}

/** As many rows as the kernels take at a time. */
const LANES = 4
const PAIR = 8
/** Close rows that are found in one go. */
const ROOM = 1_024

/** An empty store for at most `capacity` sketches of `dims` codes. */
export function createSketchStore(dims: number, capacity: number): SketchStore {
  checkDims(dims)
  const bytes = dims / 2
  const padded = Math.ceil(capacity / LANES) * LANES
  const sizes = {
    rows: padded * bytes,
    squares: padded * 4,
    lengths: padded * 4,
    codes: dims,
    operands: dims * 8,
    pairs: ROOM * PAIR,
  }
  const { kernels, buffer, take } = createWorkspace(Object.values(sizes))
  const [rows, squares, lengths] = [take(sizes.rows), take(sizes.squares), take(sizes.lengths)]
  const [codes, operands, pairs] = [take(sizes.codes), take(sizes.operands), take(sizes.pairs)]
  const found = new Int32Array(buffer, pairs, (ROOM * PAIR) / 4)
  // Places that are not taken are never reached.
  new Float32Array(buffer, lengths, padded).fill(Infinity)
  let count = 0

  function prepare(query: Int8Array): number {
    if (query.length !== dims) throw new Error(`A query of ${query.length} codes was asked of sketches of ${dims}.`)
    new Int8Array(buffer, codes, dims).set(query)
    return kernels.prepareQuery(codes, operands, dims)
  }
  const filled = () => Math.ceil(count / LANES) * LANES

  return {
    count: () => count,
    add: (sketches) => {
      const added = sketches.length / bytes
      if (!Number.isInteger(added) || count + added > capacity) {
        throw new Error(`${sketches.length} bytes do not fit a store of ${capacity} sketches that holds ${count}.`)
      }
      new Uint8Array(buffer, rows + count * bytes, sketches.length).set(sketches)
      kernels.prepareRows(rows + count * bytes, squares + count * 4, lengths + count * 4, added, bytes)
      count += added
    },
    top: (query, topK) => {
      const bias = prepare(query)
      const size = kernels.topRows(rows, squares, lengths, filled(), bytes, operands, bias, pairs, topK)
      return Array.from({ length: size }, (_, i) => ({
        score: found[2 * i] as number,
        position: found[2 * i + 1] as number,
      }))
    },
    duplicatesOf: function* (query) {
      const squared = dot(query, query)
      if (squared === 0) return
      const threshold = MIN_DUPLICATE_COSINE * Math.sqrt(squared)
      const squaredAt = new Int32Array(buffer, squares, padded)
      for (let from = 0; from < count; ) {
        // Somebody else may have asked since the last find.
        const bias = prepare(query)
        const size = kernels.reachingRows(rows, lengths, from, filled(), bytes, operands, bias, threshold, pairs, ROOM)
        const close = found.slice(0, 2 * size)
        from = size > ROOM - LANES ? nextGroup(close[2 * size - 2] as number) : count
        for (let i = 0; i < size; i++) {
          const position = close[2 * i] as number
          if (isDuplicate(close[2 * i + 1] as number, squaredAt[position] as number, squared)) yield position
        }
      }
    },
  }
}

function nextGroup(position: number): number {
  return (Math.floor(position / LANES) + 1) * LANES
}
