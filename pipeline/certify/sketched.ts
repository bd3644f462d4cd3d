/** The run's rows and some queries as the ledger sees them: sketched by the run's own settings, duplicates without a leaf. */
import { indexCandidates } from '../../attribution/influenceIndex.ts'
import type { Rows } from '../../attribution/matrix.ts'
import { findFlagged, squaredLength } from '../../attribution/selfInfluence.ts'
import { mapGradient, sketchQuery, sketchRows } from '../../attribution/sketcher.ts'
import { buildIndex } from '../publish/buildIndex.ts'
import { fitRunSketcher } from '../publish/sketches.ts'
import type { Run } from '../run/readRun.ts'
import type { Sketched } from './rules/influence.ts'

export interface SketchedRun extends Sketched {
  /** Rows without a leaf: near-copies, and those that pull at the model too hard. */
  readonly duplicates: number
  readonly flagged: number
}

/** @param queries Projected gradients of answers' log-odds. */
export function sketchRun({ manifest, rows, gradients }: Run, queries: readonly Float32Array[]): SketchedRun {
  const { sketch, dataset } = manifest
  const sketcher = fitRunSketcher(gradients, sketch)
  const rowCodes = sketchRows(sketcher, gradients.u)
  const mapped = Array.from({ length: gradients.u.n }, (_, row) => mapGradient(sketcher, rowAt(gradients.u, row), -1))
  const flagged = findFlagged(selfInfluence({ rows: mapped }))
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
    duplicates: duplicateOf.size,
    flagged: flagged.size,
  }
}

export function rowAt({ width, values }: Rows, row: number): Float32Array {
  return values.subarray(row * width, (row + 1) * width)
}

/** A row's self-influence, its squared length under the damped curvature: large where a label fights all that was learnt. */
export function selfInfluence({ rows }: Pick<Sketched, 'rows'>): Float64Array {
  return Float64Array.from(rows, squaredLength)
}
