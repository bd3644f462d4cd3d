/**
 * Plays a world through: trains on it, sketches every row, keeps out what a rule keeps out, answers the calls and attributes
 * every answer. All by the functions that a run is trained, published and served with, without the chain between.
 */
import { attributorOf } from '../../attribution/fast/attributor.ts'
import { blocksOf } from '../../attribution/fast/rowBlocks.ts'
import { rowEarnings } from '../../attribution/payouts.ts'
import { findFlagged } from '../../attribution/selfInfluence.ts'
import { packSketch } from '../../attribution/sketch.ts'
import { sketchQuery } from '../../attribution/sketcher.ts'
import { sketchGradients } from '../publish/sketches.ts'
import { type AdaptedLayers, loadAdaptedLayers } from '../train/base/adaptedLayers.ts'
import { DEFAULT_SKETCH } from '../train/emit/describeRun.ts'
import { extractFeatures, type FeatureOptions } from '../train/features/extractFeatures.ts'
import { answerGradients } from '../train/lora/answerGradients.ts'
import { DEFAULT_TRAINING, fineTune } from '../train/lora/fineTune.ts'
import { DEFAULT_PROJECTION_WIDTH } from '../train/lora/projectedGradients.ts'
import { rowGradients } from '../train/lora/rowGradients.ts'
import { createTuner, type Tuner } from '../train/lora/tuner.ts'
import { labelsOf, type Task } from '../train/tasks/task.ts'
import type { Entrance, IndexRow } from './entrances.ts'
import { productsOf } from './products.ts'
import type { World } from './world.ts'

export interface PlayOptions extends Pick<FeatureOptions, 'cacheFolder' | 'maxTokens'> {
  readonly seed: number
  readonly entrances: readonly Entrance[]
}

export interface Outcome {
  /** By name of the entrance. */
  readonly earned: Readonly<Record<string, EarnedUnder>>
}

export interface EarnedUnder {
  /** What each contribution earned, in fees of which contributors get all. */
  readonly contributions: readonly number[]
  /** Rows of each contribution that got no leaf. */
  readonly keptOut: readonly number[]
}

export interface Player {
  readonly play: (task: Task, world: World, options: PlayOptions) => Promise<Outcome>
}

export function createPlayer(): Player {
  const layers = loadAdaptedLayers('nf4')
  const tuner = createTuner(layers.sentenceProjection)
  return { play: (task, world, options) => play(layers, tuner, task, world, options) }
}

async function play(
  layers: AdaptedLayers,
  tuner: Tuner,
  task: Task,
  { contributions, calls }: World,
  { seed, entrances, ...featureOptions }: PlayOptions,
): Promise<Outcome> {
  const items = contributions.flatMap((contribution) => contribution.items)
  const texts = [...items, ...calls].map(({ text }) => text)
  const data = layers.frozenOutputs(await extractFeatures(texts, { ...featureOptions, precision: 'nf4' }))
  const labels = labelsOf(task, items)
  fineTune(tuner, data, labels, { seed, settings: DEFAULT_TRAINING, trained: 'adapters and head' })

  const projection = { width: DEFAULT_PROJECTION_WIDTH, seed }
  const gradients = rowGradients(tuner, data, labels, projection)
  const blocks = { u: blocksOf(gradients.u), v: blocksOf(gradients.v) }
  const { sketcher, codes, selfInfluence } = await sketchGradients(blocks, DEFAULT_SKETCH)
  const flagged = findFlagged(selfInfluence)
  const rows = contributions
    .flatMap(({ items: own }, contribution) => own.map(() => String(contribution)))
    .map(
      (contribution, row): IndexRow => ({
        row,
        contribution,
        codes: codes[row] as Int8Array,
        isFlagged: flagged.has(row),
      }),
    )

  const called = Array.from(calls, (_, i) => items.length + i)
  const queries = answerGradients(tuner, data, called, projection).map(({ gradient }) =>
    sketchQuery(sketcher, gradient),
  )
  const products = productsOf(codes)
  const earnedUnder = ({ keptOut }: Entrance): EarnedUnder => {
    const out = keptOut(rows, products)
    const leaves = rows
      .filter(({ row }) => !out.has(row))
      .map(({ row, codes: own }) => ({ row, sketch: packSketch(own) }))
    const attribute = attributorOf(leaves, DEFAULT_SKETCH.dims)
    const earned = rowEarnings(
      queries.map((query) => attribute(query, DEFAULT_SKETCH.topK)),
      rows.length,
    )
    return {
      contributions: byContribution(contributions, (row) => earned[row] as number),
      keptOut: byContribution(contributions, (row) => (out.has(row) ? 1 : 0)),
    }
  }
  return { earned: Object.fromEntries(entrances.map((entrance) => [entrance.name, earnedUnder(entrance)])) }
}

/** Sums over each contribution's rows, which are numbered through the contributions. */
function byContribution(contributions: World['contributions'], worth: (row: number) => number): readonly number[] {
  let row = 0
  return contributions.map(({ items }) => items.reduce((sum) => sum + worth(row++), 0))
}
