/**
 * A run as the chain pays it: its units with their sketches, scales and fixed weights, whose they are, and answers in one bit a
 * dimension.
 *
 *     gradients → sketches → kept rows → multipliers → units (pipeline/publish/unitIndex.ts)      answers → query sketches
 */
import type { PaidUnit } from '../../attribution/bookPay.ts'
import { findCopiesFast } from '../../attribution/fast/nearCopies.ts'
import type { RowBlocks } from '../../attribution/fast/rowBlocks.ts'
import { fixedWeights } from '../../attribution/fixedWeights.ts'
import type { Rows } from '../../attribution/matrix.ts'
import type { UnitPlan } from '../../attribution/unitPlan.ts'
import { scaledUnits } from '../../attribution/unitSketch.ts'
import { squaredLength } from '../../attribution/vectors.ts'
import { sketchGradients } from '../publish/sketches.ts'
import { buildUnitIndex } from '../publish/unitIndex.ts'
import type { Run } from '../run/readRun.ts'
import { droppedCopies } from '../run/rows.ts'
import { type AnswerSketch, sketchAnswer } from '../train/answerSketch.ts'

export interface PaidModel {
  readonly k: number
  /** What the rows' codes were quantised from. */
  readonly mapped: Rows
  readonly codes: readonly Int8Array[]
  /** Dropped rows, each with the kept row that it copies. */
  readonly copies: ReadonlyMap<number, number>
  /** By row, the place of its contribution in the run's list. */
  readonly contributionOf: Uint32Array
  /** By row: 0 of a dropped one. */
  readonly multipliers: Uint16Array
  readonly units: readonly PaidUnit[]
  /** By unit, the parts of the contributions that it pays, by their places in the run's list. */
  readonly members: readonly (readonly UnitMember[])[]
}

export interface UnitMember {
  readonly contribution: number
  readonly kept: number
}

export interface SketchedModel extends PaidModel {
  readonly answers: readonly AnswerSketch[]
}

/** @param queries Projected gradients of answers' log-odds. */
export async function paidModelOf(run: Run, queries: readonly Float32Array[]): Promise<SketchedModel> {
  const { manifest, rows, gradientBlocks } = run
  const { sketcher, codes, mapped } = await sketchGradients(gradientBlocks, manifest.sketch)
  const copies = droppedCopies(run) ?? findCopiesFast(codes)
  const model = modelOfRows(rows, manifest.dataset.contributions, { codes, mapped }, copies)
  return { ...model, answers: queries.map((query) => sketchAnswer(sketcher, query)) }
}

type SourceRows = Parameters<typeof buildUnitIndex>[0]
type Contributions = Parameters<typeof buildUnitIndex>[2]
type Sketches = Parameters<typeof buildUnitIndex>[1]

/** @param contributions In any order; a unit's members are named by their places in it. */
export function modelOfRows(
  rows: SourceRows,
  contributions: Contributions,
  sketches: Sketches,
  copies: ReadonlyMap<number, number>,
): PaidModel {
  const { plan, given, index } = buildUnitIndex(rows, sketches, contributions, copies)
  const scaled = scaledUnits(given)
  const fixed = fixedWeights(scaled)
  const placeOf = new Map(contributions.map(({ id }, place) => [id, place]))
  return {
    k: sketches.mapped.width,
    ...sketches,
    copies,
    contributionOf: Uint32Array.from(rows, ({ contribution }) => placeOf.get(contribution) as number),
    multipliers: multipliersOf(rows, index),
    units: scaled.map((unit, u) => ({
      ...unit,
      kept: plan.units[u]?.kept as number,
      fixed: fixed[u] as bigint,
      struck: false,
    })),
    members: membersOf(plan, placeOf),
  }
}

function membersOf({ contributions: ordered, units }: UnitPlan, placeOf: ReadonlyMap<string, number>) {
  return units.map(({ members }) =>
    members.map(({ contribution, kept }): UnitMember => {
      const id = ordered[contribution]?.id
      return { contribution: placeOf.get(id ?? '0x') as number, kept }
    }),
  )
}

/** Multipliers as they are registered, after caps, by row. */
function multipliersOf(rows: SourceRows, { units }: ReturnType<typeof buildUnitIndex>['index']): Uint16Array {
  const byHash = new Map(units.flat().map(({ itemHash, multiplier }) => [itemHash, multiplier]))
  return Uint16Array.from(rows, ({ itemHash }) => byHash.get(itemHash) as number)
}

/** Squared length of every row under the damped curvature: large where a label fights all that was learnt. */
export function selfInfluenceOf({ mapped }: Pick<PaidModel, 'mapped'>): Float64Array {
  return Float64Array.from({ length: mapped.n }, (_, row) => squaredLength(rowAt(mapped, row)))
}

export function rowAt({ width, values }: Rows, row: number): Float32Array {
  return values.subarray(row * width, (row + 1) * width)
}

/** The rows one after the other, a block of them in memory at a time. */
export function* rowsIn({ width, blocks }: RowBlocks): Generator<Float32Array> {
  for (const block of blocks()) for (let at = 0; at < block.length; at += width) yield block.subarray(at, at + width)
}
