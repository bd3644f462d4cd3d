/**
 * Settles a world: trains on it, drops near-copies, trains again, sketches every row, answers the calls and pays their book. All by
 * the functions that a run is trained, published, served and settled with, without the chain between.
 */
import { numberToHex } from 'viem'
import { findCopiesFast } from '../../attribution/fast/nearCopies.ts'
import { modelOfRows, type PaidModel, type SketchedModel, selfInfluenceOf } from '../certify/paidModel.ts'
import { bookSums, payContributions } from '../certify/rules/books.ts'
import { once } from '../certify/worth.ts'
import type { SketchManifest } from '../run/manifest.ts'
import { sketchAnswer } from '../train/answerSketch.ts'
import { type AdaptedLayers, loadAdaptedLayers } from '../train/base/adaptedLayers.ts'
import { extractFeatures, type FeatureOptions } from '../train/features/extractFeatures.ts'
import { type TrainedRows, trainOnRows } from '../train/lastTraining.ts'
import { answerGradients } from '../train/lora/answerGradients.ts'
import { DEFAULT_TRAINING } from '../train/lora/fineTune.ts'
import { DEFAULT_PROJECTION_WIDTH } from '../train/lora/projectedGradients.ts'
import { columnsOf } from '../train/lora/scale.ts'
import { createTuner, type Tuner } from '../train/lora/tuner.ts'
import { labelsOf, scaleOf, type Task } from '../train/tasks/task.ts'
import { trainWithoutCopies } from '../train/withoutCopies.ts'
import { type LedgerFigures, measureLedgerAttacks } from './ledgerAttacks.ts'
import { PAY_RULES } from './payRules.ts'
import type { World } from './world.ts'

export interface SettleOptions extends Pick<FeatureOptions, 'cacheFolder' | 'maxTokens'> {
  readonly seed: number
  readonly sketch: SketchManifest
  /** Also says what attackers may know of the world's rows, and measures attacks on its books. */
  readonly isPeaceful: boolean
}

export interface Outcome {
  /** By name of the rule: what each contribution is paid, in fees of which contributors get all. */
  readonly paid: Readonly<Record<string, readonly number[]>>
  /** Rows of each contribution that count. */
  readonly kept: readonly number[]
  /** Of a peaceful world. */
  readonly seen: Seen | null
  readonly ledger: LedgerFigures | null
}

/** What may be known of every row before an attack. */
export interface Seen {
  /** How hard it pulls at the model by itself: an attacker who trains on his own finds something like it. */
  readonly selfInfluence: readonly number[]
  /** What it brings its unit in this very book: nobody knows that beforehand, but an oracle would. */
  readonly terms: readonly number[]
}

export interface Settler {
  readonly settle: (task: Task, world: World, options: SettleOptions) => Promise<Outcome>
}

export function createSettler(): Settler {
  const layers = loadAdaptedLayers('nf4')
  const tuners = new Map<number, Tuner>()
  const tunerOf = (task: Task): Tuner => {
    const columns = columnsOf(scaleOf(task))
    const tuner = tuners.get(columns) ?? createTuner(layers.sentenceProjection, columns)
    tuners.set(columns, tuner)
    return tuner
  }
  return { settle: (task, world, options) => settle(layers, tunerOf(task), task, world, options) }
}

async function settle(
  layers: AdaptedLayers,
  tuner: Tuner,
  task: Task,
  world: World,
  { seed, sketch, isPeaceful, ...featureOptions }: SettleOptions,
): Promise<Outcome> {
  const { contributions, calls } = world
  const items = contributions.flatMap((contribution) => contribution.items)
  const texts = [...items, ...calls].map(({ text }) => text)
  const data = layers.frozenOutputs(await extractFeatures(texts, { ...featureOptions, precision: 'nf4' }))
  const labels = labelsOf(task, items)
  const scale = scaleOf(task)
  const projection = { width: DEFAULT_PROJECTION_WIDTH, seed }
  const training = { seed, scale, settings: DEFAULT_TRAINING, projection, sketch }
  const answered = (trained: TrainedRows, copies: ReadonlyMap<number, number>): SketchedModel => {
    const called = calls.map((_, i) => items.length + i)
    const answers = answerGradients(tuner, data, called, projection, scale).map(({ gradient }) =>
      sketchAnswer(trained.sketcher, gradient),
    )
    return { ...modelOf(world, trained, copies), answers }
  }

  let first: SketchedModel | undefined
  const { made, copies } = await trainWithoutCopies(items.length, async (kept) => {
    const trained = await trainOnRows(tuner, data, labels, kept, training)
    first ??= answered(trained, findCopiesFast(trained.codes))
    return trained
  })
  const last = answered(made, copies)
  return {
    paid: Object.fromEntries(
      PAY_RULES.map(({ name, terms, copies: when }) => {
        const model = when === 'dropped after it' ? (first as SketchedModel) : last
        const book = bookSums(model)(once(calls.length))
        return [name, [...payContributions(model, terms, book, contributions.length)]]
      }),
    ),
    kept: keptIn(world, copies),
    seen: isPeaceful ? { selfInfluence: [...selfInfluenceOf(last)], terms: rowTerms(last) } : null,
    ledger: isPeaceful ? measureLedgerAttacks(last, world, seed) : null,
  }
}

function modelOf({ contributions }: World, sketches: TrainedRows, copies: ReadonlyMap<number, number>): PaidModel {
  const named = contributions.map(({ items }, place) => ({
    id: numberToHex(place + 1, { size: 32 }),
    items: items.length,
  }))
  const rows = named
    .flatMap(({ id, items }) => Array.from({ length: items }, () => id))
    .map((contribution, row) => ({ contribution, itemHash: numberToHex(row + 1, { size: 32 }) }))
  return modelOfRows(rows, named, sketches, copies)
}

/** mult_r · (Q · code_r) of every row. */
function rowTerms(model: SketchedModel): readonly number[] {
  const { query } = bookSums(model)(once(model.answers.length))
  const sum = Float64Array.from(query, Number)
  return model.codes.map((codes, row) => {
    let product = 0
    for (const [d, code] of codes.entries()) product += code * (sum[d] as number)
    return (model.multipliers[row] as number) * product
  })
}

function keptIn({ contributions }: World, copies: ReadonlyMap<number, number>): readonly number[] {
  let row = 0
  return contributions.map(({ items }) => items.reduce((kept) => kept + (copies.has(row++) ? 0 : 1), 0))
}
