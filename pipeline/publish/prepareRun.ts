import type { Hex } from 'viem'
import { DUPLICATE_COSINE_PERCENT } from '../../attribution/duplicates.ts'
import { indexTreeOf } from '../../attribution/fast/indexTree.ts'
import { encodeIndex } from '../../attribution/influenceIndex.ts'
import { rootOf } from '../../attribution/merkle.ts'
import { type Sketcher, sketchRows } from '../../attribution/sketcher.ts'
import type { Connection } from '../../sdk/contracts.ts'
import { StopError } from '../../sdk/errors.ts'
import type { Run } from '../run/readRun.ts'
import { buildIndex } from './buildIndex.ts'
import { fitRunSketcher } from './sketches.ts'
import { checkTrainedOn } from './trainedOn.ts'

/** A checked run → everything that its registration needs, computed from the run and the chain alone; nothing is sent. */

export interface PreparedRun {
  readonly run: Run
  readonly sketcher: Sketcher
  readonly indexFile: Uint8Array
  readonly indexRoot: Hex
  readonly leafCount: number
  /** For every row without a leaf, the row that is credited in its place. */
  readonly duplicateOf: ReadonlyMap<number, number>
}

export async function prepareRun(connection: Connection, run: Run): Promise<PreparedRun> {
  const { manifest, rows, gradients } = run
  const { sketch } = manifest
  if (sketch.duplicateCosinePercent !== DUPLICATE_COSINE_PERCENT) {
    throw new StopError(
      `The run asks for duplicates at a cosine of ${sketch.duplicateCosinePercent} %`,
      {},
      `This protocol has one threshold, ${DUPLICATE_COSINE_PERCENT} %; set sketch.duplicateCosinePercent to it.`,
    )
  }
  const acceptedAt = await checkTrainedOn(connection, manifest, rows)
  const sketcher = fitRunSketcher(gradients, sketch)
  const { index, duplicateOf } = buildIndex(rows, sketchRows(sketcher, gradients.u), acceptedAt, sketch.dims)
  const indexFile = encodeIndex(index)
  return {
    run,
    sketcher,
    indexFile,
    indexRoot: rootOf(indexTreeOf(indexFile)),
    leafCount: index.entries.length,
    duplicateOf,
  }
}
