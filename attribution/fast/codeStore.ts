// Many rows in the form in which they are searched: packed two codes a byte, beside their lengths
// and weights.
//
//   best   the largest and the smallest min(mult_r, cap_r) · (q · code_r), as `explain` ranks rows
//   near   rows that reach a cosine with a query, as `reaches` says
//
// packed codes (n × k/2 bytes), multipliers (n) → for a query (k codes) positions of rows. Exact.
// 1,000,000 × 256 codes take 140 MB.

import { checkCodeCount, dot } from '../codes.ts'
import { MalformedError } from '../malformed.ts'
import { capOf } from '../multipliers.ts'
import { reaches } from '../nearCopies.ts'
import { createWorkspace } from './kernels.ts'

/** A row by its place in the store, and its term. */
export type Ranked = { readonly position: number; readonly term: number }

export type CodeStore = {
  /** Appends packed rows, whose codes must have been checked: the nibble 0x8 is none. */
  readonly add: (sketches: Uint8Array, multipliers?: Uint16Array) => void
  /**
   * The rows with the largest terms above zero, and the smallest below: at most `most` each, of
   * equal ones the first.
   */
  readonly best: (
    query: Int8Array,
    most: number,
  ) => { readonly for: readonly Ranked[]; readonly against: readonly Ranked[] }
  /**
   * The positions of all rows that reach so many hundredths, ascending, found as they are asked
   * for.
   */
  readonly near: (query: Int8Array, percent: number) => Generator<number>
}

/** As many rows as the kernels take at a time. */
const LANES = 4
const PAIR = 8
/** Rows that are found in one go. */
const ROOM = 1_024

/** An empty store for at most `capacity` rows of k codes. */
export function createCodeStore(k: number, capacity: number): CodeStore {
  checkCodeCount(k)
  const bytes = k / 2
  const padded = Math.ceil(capacity / LANES) * LANES
  const sizes = {
    rows: padded * bytes,
    squares: padded * 4,
    lengths: padded * 4,
    weights: padded * 4,
    codes: k,
    operands: k * 8,
    found: ROOM * PAIR,
    away: ROOM * PAIR,
  }
  const { kernels, buffer, take } = createWorkspace(Object.values(sizes))
  const [rows, squares, lengths, weights] = [
    take(sizes.rows),
    take(sizes.squares),
    take(sizes.lengths),
    take(sizes.weights),
  ]
  const [codes, operands, found, away] = [take(sizes.codes), take(sizes.operands), take(sizes.found), take(sizes.away)]
  const pairs = new Int32Array(buffer, found, (ROOM * PAIR) / 4)
  const awayPairs = new Int32Array(buffer, away, (ROOM * PAIR) / 4)
  const squaredAt = new Int32Array(buffer, squares, padded)
  const weightAt = new Int32Array(buffer, weights, padded)
  // Places that are not taken are never reached.
  new Float32Array(buffer, lengths, padded).fill(Infinity)
  let count = 0

  function prepare(query: Int8Array): number {
    if (query.length !== k) throw new Error(`A query of ${query.length} codes was asked of rows of ${k}.`)
    new Int8Array(buffer, codes, k).set(query)
    return kernels.prepareQuery(codes, operands, k)
  }
  const filled = () => Math.ceil(count / LANES) * LANES

  return {
    add: (sketches, multipliers) => {
      const added = sketches.length / bytes
      if (!Number.isInteger(added) || count + added > capacity) {
        throw new Error(`${sketches.length} bytes do not fit a store of ${capacity} rows that holds ${count}.`)
      }
      new Uint8Array(buffer, rows + count * bytes, sketches.length).set(sketches)
      kernels.prepareRows(rows + count * bytes, squares + count * 4, lengths + count * 4, added, bytes)
      multipliers?.forEach((multiplier, i) => {
        weightAt[count + i] = Math.min(multiplier, capOf(squaredAt[count + i] as number))
      })
      count += added
    },
    best: (query, most) => {
      checkMost(most)
      if (most === 0) return { for: [], against: [] }
      const sizesFound = kernels.bestRows(rows, weights, filled(), bytes, operands, prepare(query), found, away, most)
      const rank = (list: Int32Array, size: number, sign: 1 | -1) =>
        Array.from({ length: size }, (_, i) => ({
          position: list[2 * i + 1] as number,
          term: sign * (list[2 * i] as number),
        }))
      return { for: rank(pairs, sizesFound & 0xffff, 1), against: rank(awayPairs, sizesFound >> 16, -1) }
    },
    near: function* (query, percent) {
      const squared = dot(query, query)
      if (squared === 0) return
      const threshold = (percent / 100) * Math.sqrt(squared)
      for (let from = 0; from < count; ) {
        // Somebody else may have asked since the last find.
        const bias = prepare(query)
        const size = kernels.reachingRows(rows, lengths, from, filled(), bytes, operands, bias, threshold, found, ROOM)
        const close = pairs.slice(0, 2 * size)
        from = size > ROOM - LANES ? nextGroup(close[2 * size - 2] as number) : count
        for (let i = 0; i < size; i++) {
          const position = close[2 * i] as number
          if (reaches(percent, close[2 * i + 1] as number, squaredAt[position] as number, squared)) yield position
        }
      }
    },
  }
}

function nextGroup(position: number): number {
  return (Math.floor(position / LANES) + 1) * LANES
}

function checkMost(most: number): void {
  if (Number.isInteger(most) && most >= 0 && most <= ROOM) return
  throw new MalformedError(
    `An answer cannot be explained by ${most} rows`,
    { rows: most },
    `Ask for at most ${ROOM} for it and as many against it.`,
  )
}
