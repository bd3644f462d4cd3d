/**
 * From contributions to a run folder: encode → fine-tune without near-copies → evaluate → take every row's gradient → write.
 *
 * Training rows are numbered through the contributions in the order given, which is the order in which they were accepted.
 * The same input gives the same bytes on every machine.
 */
import type { Hex } from 'viem'
import type { Copies } from '../../attribution/nearCopies.ts'
import { StopError } from '../../sdk/errors.ts'
import { EVALUATION_FILE } from '../evaluate/evaluationFile.ts'
import { type EmbeddedManifest, type Evaluation, RUN_FILES, type SketchManifest } from '../run/manifest.ts'
import type { RunRow } from '../run/manifestParts.ts'
import { formatRows } from '../run/rows.ts'
import { formatSafetensors } from '../run/safetensors.ts'
import { requireNewFolder, writeRun } from '../run/writeRun.ts'
import { type FrozenOutputs, loadAdaptedLayers } from './base/adaptedLayers.ts'
import type { Precision } from './base/layers.ts'
import { DEFAULT_SKETCH, describeRun } from './emit/describeRun.ts'
import { formatHeldOutAnswers } from './emit/heldOutAnswers.ts'
import { formatModelCard } from './emit/modelCard.ts'
import { formatAdapterConfig, formatAdapterModel } from './emit/peftAdapter.ts'
import { formatTrainerState } from './emit/trainerState.ts'
import { majorityAccuracy, type Score, scoreAnswers } from './evaluate.ts'
import { DEFAULT_MAX_TOKENS, extractFeatures } from './features/extractFeatures.ts'
import { trainOnKept } from './lastTraining.ts'
import { type Adapter, RANK } from './lora/adapter.ts'
import {
  DEFAULT_TRAINING,
  type EpochReport,
  type FineTuneOptions,
  fineTune,
  type TrainingSettings,
} from './lora/fineTune.ts'
import {
  DEFAULT_PROJECTION_WIDTH,
  PROJECTED_MODULES,
  type ProjectionSettings,
  WIDTH_STEP,
} from './lora/projectedGradients.ts'
import { columnsOf, type Scale } from './lora/scale.ts'
import { createTuner, type Tuner } from './lora/tuner.ts'
import type { OnProgress } from './progress.ts'
import type { Item } from './tasks/item.ts'
import { MAIL } from './tasks/mail/mail.ts'
import { type Labelling, labelsOf, scaleOf } from './tasks/task.ts'

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
  readonly task?: Labelling
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
    scale: scaleOf(task),
  }

  const quantised = await prepare('nf4', exam, options)
  const { made, copies, trainedOn } = await trainOnKept(quantised.tuner, quantised.data, exam.labels, {
    seed,
    scale: exam.scale,
    settings: training,
    projection,
    sketch: options.sketch ?? DEFAULT_SKETCH,
    onEpoch: reportEpochs('Fine-tune', training, onProgress),
  })
  const tuned = { ...made, ...judged(quantised, exam) }
  const headOnly = fineTuned(quantised, exam, { seed, settings: training, trained: 'head' }, trainedOn).score
  const twin = options.compareFullPrecision === false ? undefined : await trainTwin(exam, training, trainedOn, options)

  const evaluation: Evaluation = {
    heldOut: heldOut.length,
    majority: { accuracy: majorityAccuracy(exam.answers) },
    fullPrecision: twin?.headOnly ?? null,
    fullPrecisionFineTuned: twin?.score ?? null,
    quantised: headOnly,
    fineTuned: tuned.score,
  }
  const described = describeRun(
    { ...options, task },
    { training, projection, evaluation, rows: items.length, kept: items.length - copies.size, maxTokens },
  )
  const shape = [items.length, projection.width]
  return writeRun(
    outFolder,
    {
      [RUN_FILES.adapterConfig]: formatAdapterConfig(),
      [RUN_FILES.adapterModel]: formatAdapterModel(tuned.adapter),
      [RUN_FILES.trainerState]: formatTrainerState(tuned.reports, training, tuned.score),
      [RUN_FILES.modelCard]: formatModelCard(described, task),
      [RUN_FILES.rows]: formatRows(numberRows(contributions, copies)),
      [RUN_FILES.gradients]: formatSafetensors({
        u: { shape, values: tuned.gradients.u.values },
        v: { shape, values: tuned.gradients.v.values },
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
  readonly scale: Scale
}

/** A base with what it makes of all texts, whatever is trained on top. */
interface Prepared {
  readonly tuner: Tuner
  readonly data: FrozenOutputs
}

interface Judged {
  readonly score: Score
  /** Log-odds of the held-out items, a row of columns each. */
  readonly answers: Float64Array
}

async function prepare(precision: Precision, { texts, scale }: Exam, options: TrainRunOptions): Promise<Prepared> {
  const features = await extractFeatures(texts, { ...options, precision })
  const { frozenOutputs, sentenceProjection } = loadAdaptedLayers(precision)
  return { data: frozenOutputs(features), tuner: createTuner(sentenceProjection, columnsOf(scale)) }
}

/** How good the answers of what the tuner holds are. */
function judged({ tuner, data }: Prepared, { labels, answers, scale }: Exam): Judged {
  const given = tuner.logOdds(
    data,
    Array.from(answers, (_, i) => labels.length + i),
  )
  return { score: scoreAnswers(given, answers, scale), answers: given }
}

/** Trains once more on the rows of the last training, and judges that. */
function fineTuned(
  prepared: Prepared,
  exam: Exam,
  options: FineTuneOptions,
  trainedOn: readonly boolean[],
): Judged & { readonly adapter: Adapter } {
  const adapter = fineTune(prepared.tuner, prepared.data, exam.labels, {
    ...options,
    scale: exam.scale,
    includes: (row) => trainedOn[row] as boolean,
  })
  return { adapter, ...judged(prepared, exam) }
}

async function trainTwin(
  exam: Exam,
  settings: TrainingSettings,
  trainedOn: readonly boolean[],
  options: TrainRunOptions,
) {
  const { seed, onProgress } = options
  const prepared = await prepare('float32', exam, options)
  const headOnly = fineTuned(prepared, exam, { seed, settings, trained: 'head' }, trainedOn).score
  const onEpoch = reportEpochs('Fine-tune the full-precision twin', settings, onProgress)
  const adapted = fineTuned(prepared, exam, { seed, settings, trained: 'adapters and head', onEpoch }, trainedOn)
  return { headOnly, ...adapted }
}

function reportEpochs(step: string, { epochs }: TrainingSettings, onProgress: OnProgress | undefined) {
  return ({ epoch }: EpochReport) => onProgress?.({ step, done: epoch, total: epochs })
}

function numberRows(contributions: readonly TrainingContribution[], copies: Copies): readonly RunRow[] {
  return contributions
    .flatMap(({ id, itemHashes }) => itemHashes.map((itemHash, item) => ({ contribution: id, item, itemHash })))
    .map((where, row) => {
      const original = copies.get(row)
      return { row, ...where, ...(original !== undefined && { copies: original }) }
    })
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
