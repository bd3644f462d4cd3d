/**
 * A run, trained once more: from its items to frozen features to the adapter, which must come out as it lies in the run's
 * folder, to the last bit. So nobody has to believe that these are the run's items.
 */
import { StopError } from '../../sdk/errors.ts'
import type { EmbeddedManifest } from '../run/manifest.ts'
import type { Run } from '../run/readRun.ts'
import { loadAdaptedLayers } from '../train/base/adaptedLayers.ts'
import { adapterFromFile } from '../train/emit/peftAdapter.ts'
import { scoreAnswers } from '../train/evaluate.ts'
import { extractFeatures } from '../train/features/extractFeatures.ts'
import { PARAMETERS } from '../train/lora/adapter.ts'
import { fineTune } from '../train/lora/fineTune.ts'
import { createTuner } from '../train/lora/tuner.ts'
import type { OnProgress } from '../train/progress.ts'
import { loadServedModel } from '../train/servedModel.ts'
import { labelsOf } from '../train/tasks/task.ts'
import { type Exam, type ExamRows, rowsOf } from './exam.ts'
import type { Subject } from './retrain/subject.ts'

export interface Examined {
  readonly exam: Exam
  readonly rows: ExamRows
  readonly subject: Subject
  /** The right answers: 1 for the second class. */
  readonly heldOutLabels: Uint8Array
  /** The given answers: 1 for the second class, −1 for the first. */
  readonly given: Int8Array
  /** Gradient of each given answer's log-odds, as an operator takes it. */
  readonly queries: readonly Float32Array[]
}

export interface ExamineOptions {
  /** Where frozen features are kept. */
  readonly cacheFolder: string
  readonly threads?: number
  readonly onProgress?: OnProgress
}

export async function examine(
  run: Run & { readonly manifest: EmbeddedManifest },
  exam: Exam,
  options: ExamineOptions,
): Promise<Examined> {
  const { manifest } = run
  const rows = rowsOf(exam)
  const labels = labelsOf(exam.task, rows.items)
  const heldOutLabels = labelsOf(exam.task, exam.heldOut)
  const heldOutTexts = exam.heldOut.map(({ text }) => text)
  const features = await extractFeatures([...rows.items.map(({ text }) => text), ...heldOutTexts], {
    ...options,
    precision: 'nf4',
    maxTokens: manifest.training.maxTokens,
  })
  const layers = loadAdaptedLayers('nf4')
  const subject: Subject = {
    data: layers.frozenOutputs(features),
    sentenceProjection: layers.sentenceProjection,
    labels,
    contributorOf: rows.contributorOf,
    settings: settingsOf(manifest),
  }
  requireSameAdapter(run, subject)

  const model = loadServedModel(run.folder, options)
  const answers = await model.answer(heldOutTexts)
  await model.close()
  const [, second] = exam.task.classes
  const given = Int8Array.from(answers, ({ label }) => (label === second ? 1 : -1))
  requireSameScore(
    manifest,
    Float64Array.from(answers, ({ logOdds }, i) => logOdds * (given[i] as number)),
    heldOutLabels,
  )
  return { exam, rows, subject, heldOutLabels, given, queries: answers.map(({ gradient }) => gradient) }
}

function settingsOf({ training }: EmbeddedManifest): Subject['settings'] {
  const { learningRate, epochs, batchSize, weightDecay, adamBeta1, adamBeta2, adamEpsilon } = training
  return { learningRate, epochs, batchSize, weightDecay, adamBeta1, adamBeta2, adamEpsilon }
}

function requireSameAdapter(
  { folder, manifest, adapter }: Run & { readonly manifest: EmbeddedManifest },
  { data, sentenceProjection, labels, settings }: Subject,
): void {
  const { seed } = manifest.training
  const trained = fineTune(createTuner(sentenceProjection), data, labels, {
    seed,
    settings,
    trained: 'adapters and head',
  })
  const kept = adapter === null ? undefined : adapterFromFile(adapter)
  const differing = PARAMETERS.find((name) => trained[name].some((value, i) => value !== kept?.[name][i]))
  if (differing === undefined) return
  throw new StopError(
    'Trained on these items again, the run comes out as another model',
    { folder, parameter: differing },
    'Give the very items that the run was trained on, in its order: the same --split-seed, or the same --items.',
  )
}

function requireSameScore({ evaluation }: EmbeddedManifest, logOdds: Float64Array, labels: Uint8Array): void {
  const { accuracy, loss } = scoreAnswers(logOdds, labels)
  const stated = evaluation.fineTuned
  if (labels.length === evaluation.heldOut && accuracy === stated.accuracy && loss === stated.loss) return
  throw new StopError(
    'The held-out items are not those that the run was evaluated on',
    { accuracy, expected: stated.accuracy, heldOut: labels.length, expectedHeldOut: evaluation.heldOut },
    'Give the items that were held out when the run was trained.',
  )
}
