/** The run's rows and some queries as the ledger sees them: sketched by the run's own settings, duplicates and flagged rows without a leaf. */
import type { RowBlocks } from '../../attribution/fast/rowBlocks.ts'
import { fitSketcherFast } from '../../attribution/fast/sketcher.ts'
import { indexCandidates } from '../../attribution/influenceIndex.ts'
import type { Rows } from '../../attribution/matrix.ts'
import { findFlagged } from '../../attribution/selfInfluence.ts'
import { quantise } from '../../attribution/sketch.ts'
import { mapGradient, sketchQuery } from '../../attribution/sketcher.ts'
import { squaredLength } from '../../attribution/vectors.ts'
import { buildIndex } from '../publish/buildIndex.ts'
import { settingsOf } from '../publish/sketches.ts'
import type { Run } from '../run/readRun.ts'
import type { Sketched } from './rules/influence.ts'

export interface SketchedRun extends Sketched {
  /** Squared length of every row under the damped curvature: large where a label fights all that was learnt. */
  readonly selfInfluence: Float64Array
  /** Rows without a leaf: near-copies, and those that pull at the model too hard. */
  readonly duplicates: number
  readonly flagged: number
}

/** @param queries Projected gradients of answers' log-odds. */
export function sketchRun({ manifest, rows, gradientBlocks }: Run, queries: readonly Float32Array[]): SketchedRun {
  const { sketch, dataset } = manifest
  const sketcher = fitSketcherFast(gradientBlocks, settingsOf(sketch))
  const mapped = Array.from(rowsIn(gradientBlocks.u), (gradient) => mapGradient(sketcher, gradient, -1))
  const rowCodes = mapped.map(quantise)
  const selfInfluence = Float64Array.from(mapped, squaredLength)
  const flagged = findFlagged(selfInfluence)
  const acceptedAt = new Map(dataset.contributions.map(({ id }, position) => [id, position]))
  const { index, duplicateOf } = buildIndex(rows, rowCodes, flagged, acceptedAt, sketch.dims)
  return {
    dims: sketch.dims,
    topK: sketch.topK,
    rows: mapped,
    queries: queries.map((query) => mapGradient(sketcher, query, 1)),
    rowCodes,
    queryCodes: queries.map((query) => sketchQuery(sketcher, query)),
    candidates: indexCandidates(index),
    selfInfluence,
    duplicates: duplicateOf.size,
    flagged: flagged.size,
  }
}

export function rowAt({ width, values }: Rows, row: number): Float32Array {
  return values.subarray(row * width, (row + 1) * width)
}

/** The rows one after the other, a block of them in memory at a time. */
export function* rowsIn({ width, blocks }: RowBlocks): Generator<Float32Array> {
  for (const block of blocks()) for (let at = 0; at < block.length; at += width) yield block.subarray(at, at + width)
}
