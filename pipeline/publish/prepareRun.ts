import type { Hex } from 'viem'
import { findKeptCopiesFast } from '../../attribution/fast/nearCopies.ts'
import { findRowIndexFaults } from '../../attribution/rowIndexFindings.ts'
import type { UnitHeader } from '../../attribution/rowIndexTree.ts'
import type { Sketcher } from '../../attribution/sketcher.ts'
import { planUnits, type UnitPlan } from '../../attribution/unitPlan.ts'
import type { Connection } from '../../sdk/contracts.ts'
import { StopError } from '../../sdk/errors.ts'
import type { Run } from '../run/readRun.ts'
import { droppedCopies } from '../run/rows.ts'
import { sketchGradients } from './sketches.ts'
import { checkTrainedOn } from './trainedOn.ts'
import { buildUnitIndex, findRunCopies, type UnitIndex } from './unitIndex.ts'
import type { VersionContribution } from './versionContents.ts'

/** A checked run → everything that its registration needs, computed from the run and the chain alone; nothing is sent. */

export type PreparedRun = SketchedRun | EqualSplitRun

/** A run whose contributors are paid by the sketches of their rows. */
export interface SketchedRun {
  readonly kind: 'sketched'
  readonly run: Run
  readonly sketcher: Sketcher
  readonly units: UnitIndex
  readonly contributions: readonly VersionContribution[]
}

/** A run whose contributors share equally, whatever is answered: it needs no sketches, and has none. */
export interface EqualSplitRun {
  readonly kind: 'equal-split'
  readonly run: Run
  readonly plan: UnitPlan
  readonly contributions: readonly VersionContribution[]
}

export async function prepareRun(connection: Connection, run: Run): Promise<SketchedRun> {
  const { manifest, rows, gradientBlocks } = run
  const contributions = await checkTrainedOn(connection, manifest, rows, 'all items')
  const { sketcher, codes, mapped } = await sketchGradients(gradientBlocks, manifest.sketch)
  const acceptedAt = new Map<Hex, number>(contributions.map((one) => [one.id, one.acceptedAt]))
  // Runs of tools that did not look are looked at here.
  const copies = droppedCopies(run) ?? findRunCopies(rows, codes, acceptedAt)
  const units = buildUnitIndex(rows, { codes, mapped }, contributions, copies)
  requireSound(units)
  return { kind: 'sketched', run, sketcher, units, contributions }
}

export async function prepareEqualSplit(connection: Connection, run: Run): Promise<EqualSplitRun> {
  const { manifest, rows } = run
  // Pay is by what was contributed, however much of it was trained on.
  const contributions = await checkTrainedOn(connection, manifest, rows, 'some items')
  const plan = planUnits(contributions.map(({ id, items }) => ({ id, items, kept: items })))
  return { kind: 'equal-split', run, plan, contributions }
}

/** What any reader of the row index will look for is looked for before it is registered: a false unit costs its owner the model's bond. */
function requireSound({ index, given, headers }: UnitIndex): void {
  const registered = given.map((unit, u) => ({ ...unit, kept: (headers[u] as UnitHeader).kept }))
  const [fault] = findRowIndexFaults(index, registered, findKeptCopiesFast)
  if (fault === undefined) return
  const { fault: kind, unit, ...where } = fault
  throw new StopError(
    `The rows of this run would make unit ${unit} false: ${kind}`,
    Object.fromEntries(Object.entries(where).map(([name, value]) => [name, JSON.stringify(value)])),
    'Drop the near-copies that the run still trained on, and train it again.',
  )
}
