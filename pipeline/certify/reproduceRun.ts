/**
 * A run, trained once more: from its items to frozen features to the adapter, which must come out as it lies in the run's
 * folder, to the last bit, with the same near-copies dropped on the way. So nobody has to believe that these are the run's items.
 */
import { StopError } from '../../sdk/errors.ts'
import type { EmbeddedManifest } from '../run/manifest.ts'
import type { Run } from '../run/readRun.ts'
import { droppedCopies } from '../run/rows.ts'
import { loadAdaptedLayers } from '../train/base/adaptedLayers.ts'
import { adapterFromFile } from '../train/emit/peftAdapter.ts'
import { scoreAnswers } from '../train/evaluate.ts'
import { extractFeatures } from '../train/features/extractFeatures.ts'
import { trainOnKept } from '../train/lastTraining.ts'
import { PARAMETERS } from '../train/lora/adapter.ts'
import { answerGradients } from '../train/lora/answerGradients.ts'
import { columnsOf, type Scale } from '../train/lora/scale.ts'
import { createTuner, type Tuner } from '../train/lora/tuner.ts'
import type { OnProgress } from '../train/progress.ts'
import { labelsOf, scaleOf } from '../train/tasks/task.ts'
import { type CertificationSet, type CertifiedRows, rowsOf } from './certificationSet.ts'
import type { TrainingInput } from './retrain/trainingInput.ts'

export type EmbeddedRun = Run & { readonly manifest: EmbeddedManifest }

export interface ReproducedRun {
  readonly set: CertificationSet
  readonly rows: CertifiedRows
  readonly input: TrainingInput
  /** The right answers: places of their classes. */
  readonly heldOutLabels: Uint8Array
  /** The given answers: places of their classes. */
  readonly answered: Uint8Array
  /** What each stands for: its class, or the half of an ordered scale. */
  readonly given: Uint8Array
  /** Gradient of each given answer's log-odds, as an operator takes it. */
  readonly queries: readonly Float32Array[]
}

export interface ReproduceOptions {
  /** Where frozen features are kept. */
  readonly cacheFolder: string
  readonly threads?: number
  readonly onProgress?: OnProgress
}

export async function reproduceRun(
  run: EmbeddedRun,
  set: CertificationSet,
  options: ReproduceOptions,
): Promise<ReproducedRun> {
  const { manifest } = run
  const rows = rowsOf(set)
  const labels = labelsOf(set.task, rows.items)
  const heldOutLabels = labelsOf(set.task, set.heldOut)
  const texts = [...rows.items, ...set.heldOut].map(({ text }) => text)
  const { maxTokens } = manifest.training
  const features = await extractFeatures(texts, { ...options, precision: 'nf4', maxTokens })
  const { frozenOutputs, sentenceProjection } = loadAdaptedLayers('nf4')
  const data = frozenOutputs(features)
  const scale = scaleOf(set.task)
  const tuner = createTuner(sentenceProjection, columnsOf(scale))
  const trainedOn = await trainAgain(run, tuner, data, labels, scale)

  const heldOutRows = set.heldOut.map((_, i) => labels.length + i)
  const answers = answerGradients(tuner, data, heldOutRows, manifest.projection, scale)
  const logOdds = Float64Array.from(answers.flatMap(({ columns }) => [...columns]))
  requireSameScore(manifest, logOdds, heldOutLabels, scale)
  return {
    set,
    rows,
    input: {
      data,
      sentenceProjection,
      labels,
      scale,
      contributorOf: rows.contributorOf,
      trainedOn: Uint8Array.from(trainedOn, (took) => (took ? 1 : 0)),
      settings: settingsOf(manifest),
    },
    heldOutLabels,
    answered: Uint8Array.from(answers, ({ label }) => label),
    given: Uint8Array.from(answers, ({ side }) => side),
    queries: answers.map(({ gradient }) => gradient),
  }
}

function settingsOf({ training }: EmbeddedManifest): TrainingInput['settings'] {
  const { learningRate, epochs, batchSize, weightDecay, adamBeta1, adamBeta2, adamEpsilon } = training
  return { learningRate, epochs, batchSize, weightDecay, adamBeta1, adamBeta2, adamEpsilon }
}

/** Which rows took part in the last training, once it has come out as the run says. The tuner holds it then. */
async function trainAgain(
  run: EmbeddedRun,
  tuner: Tuner,
  data: TrainingInput['data'],
  labels: Uint8Array,
  scale: Scale,
): Promise<readonly boolean[]> {
  const { folder, manifest, adapter } = run
  const { made, copies, trainedOn } = await trainOnKept(tuner, data, labels, {
    seed: manifest.training.seed,
    scale,
    settings: settingsOf(manifest),
    projection: manifest.projection,
    sketch: manifest.sketch,
  })
  const kept = adapter === null ? undefined : adapterFromFile(adapter, columnsOf(scale) + 1)
  const differing = PARAMETERS.find((name) => made.adapter[name].some((value, i) => value !== kept?.[name][i]))
  const dropped = droppedCopies(run) ?? new Map()
  const isSameDrop = copies.size === dropped.size && [...copies].every(([row, copy]) => dropped.get(row) === copy)
  if (differing === undefined && isSameDrop) return trainedOn
  throw new StopError(
    'Trained on these items again, the run comes out as another model',
    {
      folder,
      ...(differing === undefined ? { dropped: copies.size, expected: dropped.size } : { parameter: differing }),
    },
    'Give the very items that the run was trained on, in its order: by the same seed of the split, or from the same folder.',
  )
}

function requireSameScore(
  { evaluation }: EmbeddedManifest,
  logOdds: Float64Array,
  labels: Uint8Array,
  scale: Scale,
): void {
  const { accuracy, loss } = scoreAnswers(logOdds, labels, scale)
  const stated = evaluation.fineTuned
  if (labels.length === evaluation.heldOut && accuracy === stated.accuracy && loss === stated.loss) return
  throw new StopError(
    'The held-out items are not those that the run was evaluated on',
    { accuracy, expected: stated.accuracy, heldOut: labels.length, expectedHeldOut: evaluation.heldOut },
    'Give the items that were held out when the run was trained.',
  )
}
