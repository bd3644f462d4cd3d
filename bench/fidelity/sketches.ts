/** Our sketches of the rows' gradients and what is kept of them: floats, int8, int4, and int4 with one bit of the answer as on chain. */
import { fitSketcherFast } from '../../attribution/fast/sketcher.ts'
import type { Rows } from '../../attribution/matrix.ts'
import { coordinates } from '../../attribution/matrix.ts'
import { multipliersOf } from '../../attribution/multipliers.ts'
import { quantise } from '../../attribution/sketch.ts'
import { DEFAULT_SKETCH_SETTINGS, mapGradient, type Sketcher, type SketchSettings } from '../../attribution/sketcher.ts'

export interface Sketched {
  readonly sketcher: Sketcher
  /** Of rows, against their loss; of tests, along their margin. */
  readonly rows: Rows
  readonly tests: Rows
}

/** More directions than this are drawn at random: principal ones would take hours. */
const MOST_PRINCIPAL = 512
/** Of the trace, as principal directions have it. */
const LIGHTEST_DAMPING = 0.001

export function sketch(u: Rows, v: Rows, queries: Rows, dims: number): Sketched {
  const settings: SketchSettings =
    dims <= MOST_PRINCIPAL
      ? { ...DEFAULT_SKETCH_SETTINGS, dims }
      : { method: 'random', dims, curvature: 'gauss-newton', seed: 1, damping: LIGHTEST_DAMPING }
  const sketcher = fitSketcherFast({ u: inBlocks(u), v: inBlocks(v) }, settings)
  return { sketcher, rows: mapped(sketcher, u, -1), tests: mapped(sketcher, queries, 1) }
}

function inBlocks(rows: Rows) {
  return { n: rows.n, width: rows.width, blocks: () => [rows.values] }
}

function mapped(sketcher: Sketcher, { n, width, values }: Rows, sign: 1 | -1): Rows {
  const out = new Float32Array(n * sketcher.dims)
  for (let i = 0; i < n; i++)
    out.set(mapGradient(sketcher, values.subarray(i * width, (i + 1) * width), sign), i * sketcher.dims)
  return { n, width: sketcher.dims, values: out }
}

export const FORMATS = ['float', 'int8', 'int4', 'int4 and one bit, as paid'] as const
export type Format = (typeof FORMATS)[number]

/** Scores (tests × rows) from sketches kept in a format. */
export function scoresIn(format: Format, { rows, tests }: Sketched): Float64Array {
  switch (format) {
    case 'float':
      return scored(tests, rows)
    case 'int8':
      return scored(rounded(tests, 127), rounded(rows, 127))
    case 'int4':
      return scored(rounded(tests, 7), rounded(rows, 7))
    case 'int4 and one bit, as paid':
      return scored({ ...tests, values: tests.values.map((x) => (x >= 0 ? 1 : -1)) }, counted(rows))
  }
}

function scored(tests: Rows, rows: Rows): Float64Array {
  return coordinates(tests, Float64Array.from(rows.values), rows.n)
}

/** To whole numbers up to `most` of each vector's largest entry, and back. */
function rounded({ n, width, values }: Rows, most: number): Rows {
  const out = new Float32Array(values.length)
  for (let i = 0; i < n; i++) {
    const own = values.subarray(i * width, (i + 1) * width)
    const largest = own.reduce((high, x) => Math.max(high, Math.abs(x)), 0) || 1
    out.set(
      own.map((x) => (Math.round((most * x) / largest) * largest) / most),
      i * width,
    )
  }
  return { n, width, values: out }
}

/** Codes times multipliers: what a row adds to its unit. */
function counted(rows: Rows): Rows {
  const { n, width, values } = rows
  const codes = Array.from({ length: n }, (_, i) => quantise(values.subarray(i * width, (i + 1) * width)))
  const { multipliers } = multipliersOf(
    rows,
    codes,
    codes.map(() => true),
  )
  const out = new Float32Array(values.length)
  for (const [i, own] of codes.entries())
    out.set(
      Float32Array.from(own, (c) => c * (multipliers[i] as number)),
      i * width,
    )
  return { n, width, values: out }
}
