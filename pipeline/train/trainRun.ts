/**
 * From contributions to a run folder: encode → fine-tune → evaluate → take every row's gradient → write.
 *
 * Training rows are numbered through the contributions in the order given, which is the order in which they were accepted.
 * The same input gives the same bytes on every machine.
 */
import type { Hex } from 'viem'
import { StopError } from '../../sdk/errors.ts'
import { EVALUATION_FILE } from '../evaluate/evaluationFile.ts'
import { type EmbeddedManifest, type Evaluation, RUN_FILES, type SketchManifest } from '../run/manifest.ts'
import { formatRows } from '../run/rows.ts'
import { formatSafetensors } from '../run/safetensors.ts'
import { requireNewFolder, writeRun } from '../run/writeRun.ts'
import { type FrozenOutputs, loadAdaptedLayers } from './base/adaptedLayers.ts'
import type { Precision } from './base/layers.ts'
import { describeRun } from './emit/describeRun.ts'
import { formatHeldOutAnswers } from './emit/heldOutAnswers.ts'
import { formatModelCard } from './emit/modelCard.ts'
import { formatAdapterConfig, formatAdapterModel } from './emit/peftAdapter.ts'
import { formatTrainerState } from './emit/trainerState.ts'
import { majorityAccuracy, type Score, scoreAnswers } from './evaluate.ts'
import { DEFAULT_MAX_TOKENS, extractFeatures } from './features/extractFeatures.ts'
import { type Adapter, RANK } from './lora/adapter.ts'
import { DEFAULT_TRAINING, type EpochReport, fineTune, type TrainingSettings } from './lora/fineTune.ts'
import {
  DEFAULT_PROJECTION_WIDTH,
  PROJECTED_MODULES,
  type ProjectionSettings,
  WIDTH_STEP,
} from './lora/projectedGradients.ts'
import { rowGradients } from './lora/rowGradients.ts'
import { createTuner, type Tuner } from './lora/tuner.ts'
import type { OnProgress } from './progress.ts'
import type { Item } from './tasks/item.ts'
import { MAIL } from './tasks/mail/mail.ts'
import { labelsOf, type Task } from './tasks/task.ts'

export interface TrainingContribution {
  /** The contribution's name on chain. */
  readonly id: Hex
  readonly items: readonly Item[]
  /** Salted hash of each item, as committed. */
  readonly itemHashes: readonly Hex[]
}

export interface TrainRunOptions {
  /** In the order in which they were accepted. */
  readonly contributions: readonly TrainingContribution[]
  /** The frozen dataset versions that hold these contributions, as decimal strings, ascending. */
  readonly versions: readonly string[]
  readonly heldOut: readonly Item[]
  /** What the items are labelled for; mail unless told. */
  readonly task?: Task
  /** Must not exist yet. */
  readonly outFolder: string
  /** Seeds initialisation, batch order and projection. */
  readonly seed: number
  /** Where frozen features are kept between runs. */
  readonly cacheFolder?: string
  /** Pieces of a text that are read; 64 by default. */
  readonly maxTokens?: number
  /** Also trains a twin in full precision, to say what quantisation cost; on by default, and doubles the encoding. */
  readonly compareFullPrecision?: boolean
  readonly training?: Partial<TrainingSettings>
  /** Of the projected gradients; a multiple of 32, 2,048 by default. */
  readonly projectionWidth?: number
  readonly sketch?: SketchManifest
  readonly threads?: number
  readonly onProgress?: OnProgress
}

/** Trains, writes the run folder and returns its manifest. */
export async function trainRun(options: TrainRunOptions): Promise<EmbeddedManifest> {
  requireNewFolder(options.outFolder)
  checkContributions(options)
  const { contributions, heldOut, seed, outFolder, onProgress, maxTokens = DEFAULT_MAX_TOKENS, task = MAIL } = options
  const training: TrainingSettings = { ...DEFAULT_TRAINING, ...options.training }
  const projection: ProjectionSettings = { width: options.projectionWidth ?? DEFAULT_PROJECTION_WIDTH, seed }
  checkWidth(projection.width)
  const items = contributions.flatMap((contribution) => contribution.items)
  const exam: Exam = {
    texts: [...items, ...heldOut].map(({ text }) => text),
    labels: labelsOf(task, items),
    answers: labelsOf(task, heldOut),
  }

  const twin = options.compareFullPrecision === false ? undefined : await fineTuneOn('float32', exam, training, options)
  const tuned = await fineTuneOn('nf4', exam, training, options)

  onProgress?.({ step: 'Take gradients of rows', done: 0, total: items.length })
  const gradients = rowGradients(tuned.tuner, tuned.data, exam.labels, projection)
  onProgress?.({ step: 'Take gradients of rows', done: items.length, total: items.length })

  const evaluation: Evaluation = {
    heldOut: heldOut.length,
    majority: { accuracy: majorityAccuracy(exam.answers) },
    fullPrecision: twin?.headOnly ?? null,
    fullPrecisionFineTuned: twin?.fineTuned ?? null,
    quantised: tuned.headOnly,
    fineTuned: tuned.fineTuned,
  }
  const described = describeRun(
    { ...options, task },
    { training, projection, evaluation, rows: items.length, maxTokens },
  )
  const shape = [items.length, projection.width]
  return writeRun(
    outFolder,
    {
      [RUN_FILES.adapterConfig]: formatAdapterConfig(),
      [RUN_FILES.adapterModel]: formatAdapterModel(tuned.adapter),
      [RUN_FILES.trainerState]: formatTrainerState(tuned.reports, training, tuned.fineTuned),
      [RUN_FILES.modelCard]: formatModelCard(described, task),
      [RUN_FILES.rows]: formatRows(numberRows(contributions)),
      [RUN_FILES.gradients]: formatSafetensors({
        u: { shape, values: gradients.u.values },
        v: { shape, values: gradients.v.values },
      }),
      [EVALUATION_FILE]: formatHeldOutAnswers({ task, heldOut, seed, maxTokens, tuned, twin }),
    },
    described,
  )
}

interface Exam {
  /** Training texts, then held-out ones. */
  readonly texts: readonly string[]
  readonly labels: Uint8Array
  readonly answers: Uint8Array
}

interface FineTuned {
  readonly tuner: Tuner
  readonly data: FrozenOutputs
  readonly adapter: Adapter
  readonly reports: readonly EpochReport[]
  readonly headOnly: Score
  readonly fineTuned: Score
  /** Log-odds of the held-out items after fine-tuning. */
  readonly answers: Float64Array
}

async function fineTuneOn(
  precision: Precision,
  { texts, labels, answers }: Exam,
  settings: TrainingSettings,
  { seed, ...options }: TrainRunOptions,
): Promise<FineTuned> {
  const features = await extractFeatures(texts, { ...options, precision })
  const layers = loadAdaptedLayers(precision)
  const data = layers.frozenOutputs(features)
  const tuner = createTuner(layers.sentenceProjection)
  const heldOutRows = Array.from(answers, (_, i) => labels.length + i)
  const answer = (): Float64Array => tuner.logOdds(data, heldOutRows)

  const step = precision === 'nf4' ? 'Fine-tune' : 'Fine-tune the full-precision twin'
  fineTune(tuner, data, labels, { seed, settings, trained: 'head' })
  const headOnly = scoreAnswers(answer(), answers)
  const reports: EpochReport[] = []
  const adapter = fineTune(tuner, data, labels, {
    seed,
    settings,
    trained: 'adapters and head',
    onEpoch: (report) => {
      reports.push(report)
      options.onProgress?.({ step, done: report.epoch, total: settings.epochs })
    },
  })
  const given = answer()
  return { tuner, data, adapter, reports, headOnly, fineTuned: scoreAnswers(given, answers), answers: given }
}

function numberRows(contributions: readonly TrainingContribution[]) {
  return contributions
    .flatMap(({ id, itemHashes }) => itemHashes.map((itemHash, item) => ({ contribution: id, item, itemHash })))
    .map((where, row) => ({ row, ...where }))
}

function checkContributions({ contributions, heldOut }: TrainRunOptions): void {
  const seen = new Set<Hex>()
  for (const { id, items, itemHashes } of contributions) {
    if (items.length !== itemHashes.length || items.length === 0 || seen.has(id))
      throw new StopError(
        seen.has(id) ? 'A contribution was given twice' : 'A contribution has not one hash for each of its items',
        { contribution: id, items: items.length, itemHashes: itemHashes.length },
        'Give every contribution once, with the salted hash of each of its items in order.',
      )
    seen.add(id)
  }
  if (contributions.length === 0 || heldOut.length === 0)
    throw new StopError(
      'There is nothing to train on, or nothing to evaluate with',
      { contributions: contributions.length, heldOut: heldOut.length },
      'Give at least one contribution and one held-out item.',
    )
}

function checkWidth(width: number): void {
  if (!Number.isInteger(width) || width < WIDTH_STEP || width % WIDTH_STEP !== 0)
    throw new StopError(
      'The projection cannot have this width',
      { width, step: WIDTH_STEP },
      `Choose a multiple of ${WIDTH_STEP}: ${PROJECTED_MODULES.length} modules times the rank ${RANK}.`,
    )
}
