/**
 * A registered model compared with the run that it was made of: everything from the gradients on is integer arithmetic or has a
 * fixed order, so it is computed again and must be the same to the bit. The gradients themselves are a GPU's floats and are not:
 * taken again, they give sketches that differ by a step here and there.
 *
 *     share = #{(row, d): |code'_d − code_d| ≤ 1} / (rows · dims)          at least 99 % (docs/gpu.md, "Audits")
 */
import type { Hex } from 'viem'
import type { Rows } from '../../attribution/matrix.ts'
import { sketchRows } from '../../attribution/sketcher.ts'
import { unitTotalHash } from '../../attribution/unitTotalBytes.ts'
import type { Connection } from '../../sdk/contracts.ts'
import { StopError } from '../../sdk/errors.ts'
import type { Run } from '../run/readRun.ts'
import { prepareRun } from './prepareRun.ts'
import { fitRunSketcher } from './sketches.ts'

/** What a share of codes within one step must reach. */
export const LEAST_WITHIN_ONE = 0.99

export interface AuditedIndex {
  readonly rows: number
  readonly dropped: number
  readonly units: number
  readonly root: Hex
}

/** Refuses a model whose registration is not what this run gives. */
export async function auditIndex(connection: Connection, run: Run, model: number): Promise<AuditedIndex> {
  const { reader, contracts, fromBlock } = connection
  const [begun] = await reader.getContractEvents({
    ...contracts.fineTunes,
    eventName: 'FineTuneBegun',
    args: { model },
    fromBlock,
    strict: true,
  })
  const [registered] = await reader.getContractEvents({
    ...contracts.fineTunes,
    eventName: 'FineTuneRegistered',
    args: { model },
    fromBlock,
    strict: true,
  })
  if (begun === undefined || registered === undefined)
    throw new StopError(
      `Model ${model} is no fine-tune on this chain`,
      {},
      'Name a model that `model publish` registered.',
    )
  const { fineTune } = begun.args
  if (fineTune.manifestHash !== run.manifestHash)
    throw new StopError(
      `Model ${model} was registered with another run`,
      { registered: fineTune.manifestHash, found: run.manifestHash },
      'Fetch the run folder whose run.json has the registered hash.',
    )
  if (fineTune.index.dims === 0)
    throw new StopError(
      `The contributors of model ${model} share equally, so it has no row index`,
      {},
      'Nobody is paid by its run’s gradients; compare them with gradients of your own.',
    )
  const { units } = await prepareRun(connection, run)
  const { indexRoot, totalHash } = registered.args
  const total = unitTotalHash(units.total)
  if (indexRoot !== units.root || totalHash !== total)
    throw new StopError(
      `The units of model ${model} are not what its run gives`,
      { registered: indexRoot, computed: units.root, registeredTotal: totalHash, computedTotal: total },
      'Its owner cannot be trusted. An appeal can be filed (docs/protocol.md).',
    )
  return { rows: run.rows.length, dropped: units.copies.size, units: units.given.length, root: indexRoot }
}

export interface ComparedSketches {
  readonly codes: number
  /** Shares of all codes. */
  readonly equal: number
  readonly withinOne: number
  readonly largestDifference: number
}

/** The sketches of a run's rows beside those of their gradients as someone else took them, both under the run's own map. */
export function compareSketches({ gradients, manifest }: Run, again: Rows): ComparedSketches {
  const sketcher = fitRunSketcher(gradients, manifest.sketch)
  const theirs = sketchRows(sketcher, again)
  let equal = 0
  let withinOne = 0
  let largest = 0
  for (const [row, codes] of sketchRows(sketcher, gradients.u).entries()) {
    for (const [d, code] of codes.entries()) {
      const difference = Math.abs(code - (theirs[row]?.[d] as number))
      if (difference === 0) equal++
      if (difference <= 1) withinOne++
      largest = Math.max(largest, difference)
    }
  }
  const codes = gradients.u.n * sketcher.dims
  return { codes, equal: equal / codes, withinOne: withinOne / codes, largestDifference: largest }
}
