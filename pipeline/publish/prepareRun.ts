import type { Hex } from 'viem'
import { DUPLICATE_COSINE_PERCENT } from '../../attribution/duplicates.ts'
import { indexTreeOf } from '../../attribution/fast/indexTree.ts'
import { encodeIndex } from '../../attribution/influenceIndex.ts'
import { rootOf } from '../../attribution/merkle.ts'
import { findFlagged } from '../../attribution/selfInfluence.ts'
import type { Sketcher } from '../../attribution/sketcher.ts'
import type { Connection } from '../../sdk/contracts.ts'
import { StopError } from '../../sdk/errors.ts'
import type { Run } from '../run/readRun.ts'
import { buildIndex } from './buildIndex.ts'
import { sketchGradients } from './sketches.ts'
import { checkTrainedOn } from './trainedOn.ts'

/** A checked run → everything that its registration needs, computed from the run and the chain alone; nothing is sent. */

export type PreparedRun = AttributedRun | EqualSplitRun

/** A run whose contributors are paid for the rows that move an answer. */
export interface AttributedRun {
  readonly rule: 'attribution'
  readonly run: Run
  readonly sketcher: Sketcher
  readonly indexFile: Uint8Array
  readonly indexRoot: Hex
  readonly leafCount: number
  /** For every near-copy, the row that is credited in its place. */
  readonly duplicateOf: ReadonlyMap<number, number>
  /** Rows that pull at the model too hard to be credited. */
  readonly flagged: ReadonlySet<number>
}

/** A run whose contributors share equally, whatever is answered: it needs no index, and has none. */
export interface EqualSplitRun {
  readonly rule: 'equal-split'
  readonly run: Run
  /** Items of all contributions that share, of which the run's rows may be a part. */
  readonly itemCount: bigint
}

export async function prepareRun(connection: Connection, run: Run): Promise<AttributedRun> {
  const { manifest, rows, gradientBlocks } = run
  const { sketch } = manifest
  if (sketch.duplicateCosinePercent !== DUPLICATE_COSINE_PERCENT) {
    throw new StopError(
      `The run asks for duplicates at a cosine of ${sketch.duplicateCosinePercent} %`,
      {},
      `This protocol has one threshold, ${DUPLICATE_COSINE_PERCENT} %; set sketch.duplicateCosinePercent to it.`,
    )
  }
  const acceptedAt = await checkTrainedOn(connection, manifest, rows)
  const { sketcher, codes, selfInfluence } = await sketchGradients(gradientBlocks, sketch)
  const flagged = findFlagged(selfInfluence)
  const { index, duplicateOf } = buildIndex(rows, codes, flagged, acceptedAt, sketch.dims)
  const indexFile = encodeIndex(index)
  return {
    rule: 'attribution',
    run,
    sketcher,
    indexFile,
    indexRoot: rootOf(indexTreeOf(indexFile)),
    leafCount: index.entries.length,
    duplicateOf,
    flagged,
  }
}

export async function prepareEqualSplit(connection: Connection, run: Run): Promise<EqualSplitRun> {
  const { manifest, rows } = run
  requireOneVersionEach(manifest.dataset.versions.map(BigInt))
  await checkTrainedOn(connection, manifest, rows)
  const { reader, contracts } = connection
  const versions = await Promise.all(
    manifest.dataset.versions.map((version) =>
      reader.readContract({ ...contracts.datasets, functionName: 'versionOf', args: [BigInt(version)] }),
    ),
  )
  return { rule: 'equal-split', run, itemCount: versions.reduce((sum, { itemCount }) => sum + itemCount, 0n) }
}

/** Two versions of a dataset share contributions, and a pool counts each once (contracts/interfaces/IPools.sol). */
function requireOneVersionEach(versions: readonly bigint[]): void {
  const seen = new Map<bigint, bigint>()
  for (const version of versions) {
    const dataset = version >> 32n
    const other = seen.get(dataset)
    if (other !== undefined) {
      throw new StopError(
        `The run names versions ${other} and ${version} of dataset ${dataset}, and an equal split counts each contribution once`,
        {},
        'Train on one version of each dataset, or publish with --rule attribution.',
      )
    }
    seen.set(dataset, version)
  }
}
