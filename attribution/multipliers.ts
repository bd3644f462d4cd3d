// Multipliers: how much of a row counts. Help is capped, so length buys nothing; harm is damped,
// and counts.
//
//   L = median |x|      V = Σ x_r / |x_r|      l_r = |x_r| / L                  over the kept rows
//   h_r     = min(l_r, 1) where x_r · V ≥ 0,  √l_r elsewhere
//   n_r     = ⌊|code_r| · 2^16⌋
//   mult_r  = min(65535, max(1, round(2^28 · h_r / n_r)))    0 of dropped rows
//   cap_r   = ⌊(2^29 + n_r) / (2 · n_r)⌋                     the multiplier of h = 1, by codes alone
//
// Of kept rows whose codes are all 0, both are 1.
//
// docs/protocol.md, "Multipliers". x (n × k) float32, codes (n × k) → multipliers and caps (n).
//
// Floats end here. Sums take their terms in ascending order, so every machine finds the same bits.

import { dot, fixedNorm, normOf } from './codes.ts'
import { MalformedError } from './malformed.ts'
import type { Rows } from './matrix.ts'
import { innerProduct, squaredLength } from './vectors.ts'

/** Of a kept row: 0 says that a row was dropped. */
const LEAST = 1
const MAX_MULTIPLIER = 65_535
const FULL = 2 ** 28

export type Multipliers = {
  /** |x_r| of every row, dropped ones included. */
  readonly lengths: Float64Array
  readonly median: number
  /** V (k): where the kept rows push together. */
  readonly direction: Float64Array
  /** Whether a row pushes along V. */
  readonly helps: readonly boolean[]
  /** h_r, 0 for dropped rows. */
  readonly strengths: Float64Array
  readonly multipliers: Uint16Array
  readonly caps: Uint16Array
}

/**
 * What every row of a run counts for.
 * @param mapped What the rows' sketches were quantised from: `mapGradient` of each.
 * @param kept False for near-copies that were dropped.
 */
export function multipliersOf(mapped: Rows, codes: readonly Int8Array[], kept: readonly boolean[]): Multipliers {
  checkShapes(mapped, codes, kept)
  const rows = Array.from({ length: mapped.n }, (_, r) =>
    mapped.values.subarray(r * mapped.width, (r + 1) * mapped.width),
  )
  const lengths = Float64Array.from(rows, lengthOf)
  const median = medianOf(lengths.filter((_, r) => kept[r]))
  const direction = directionOf(rows, lengths, kept)
  const helps = rows.map((x) => innerProduct(direction, x) >= 0)
  const strengths = lengths.map((length, r) => {
    if (!kept[r] || length === 0) return 0
    return helps[r] ? Math.min(length / median, 1) : Math.sqrt(length / median)
  })
  return {
    lengths,
    median,
    direction,
    helps,
    strengths,
    multipliers: Uint16Array.from(codes, (code, r) =>
      kept[r] ? multiplierOf(strengths[r] as number, fixedNorm(code)) : 0,
    ),
    caps: Uint16Array.from(codes, (code) => capOf(dot(code, code))),
  }
}

/**
 * The largest multiplier of a row that helps: at most 4,096, because n_r ≥ 2^16, and at least 18
 * where a code is not 0.
 * @param squared |code_r|²
 */
export function capOf(squared: number): number {
  if (squared === 0) return LEAST
  const norm = normOf(squared)
  return Math.floor((2 * FULL + norm) / (2 * norm))
}

/** Of a kept row. */
function multiplierOf(strength: number, norm: number): number {
  if (norm === 0) return LEAST
  return Math.min(MAX_MULTIPLIER, Math.max(LEAST, Math.round((FULL * strength) / norm)))
}

function directionOf(rows: readonly Float32Array[], lengths: Float64Array, kept: readonly boolean[]): Float64Array {
  const sum = new Float64Array(rows[0]?.length ?? 0)
  rows.forEach((x, r) => {
    const length = lengths[r] as number
    if (!kept[r] || length === 0) return
    for (let d = 0; d < sum.length; d++) sum[d] = (sum[d] as number) + (x[d] as number) / length
  })
  return sum
}

/** The mean of the middle two where there is no middle one; 0 of none. */
function medianOf(values: Float64Array): number {
  const sorted = values.toSorted()
  const upper = sorted[sorted.length >> 1] ?? 0
  return sorted.length % 2 === 1 ? upper : ((sorted[(sorted.length >> 1) - 1] ?? 0) + upper) / 2
}

function lengthOf(x: Float32Array, row: number): number {
  const length = Math.sqrt(squaredLength(x))
  if (length < Infinity) return length
  const entry = x.findIndex((value) => !Number.isFinite(value))
  throw new MalformedError(
    `Entry ${entry} of mapped gradient ${row} is ${x[entry]}`,
    { row, entry },
    'Every entry must be a finite number; look at the step that produced the gradients.',
  )
}

function checkShapes(mapped: Rows, codes: readonly Int8Array[], kept: readonly boolean[]): void {
  const { n, width } = mapped
  if (codes.length === n && kept.length === n && codes.every(({ length }) => length === width)) return
  throw new MalformedError(
    `${n} mapped gradients of ${width} entries do not go with ${codes.length} sketches and ${kept.length} marks`,
    { rows: n, width, sketches: codes.length, marks: kept.length },
    'Give every row its gradient, its codes, one an entry, and whether it is kept.',
  )
}
