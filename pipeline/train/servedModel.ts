/**
 * A fine-tuned model as an operator serves it: texts in, labels out, and with each answer the gradient that says what moved
 * it, under the same projection as the training rows' gradients.
 */
import { StopError } from '../../sdk/errors.ts'
import { logistic } from '../math/elementary.ts'
import { RUN_FORMAT } from '../run/manifest.ts'
import { type Run, readRun } from '../run/readRun.ts'
import { loadAdaptedLayers } from './base/adaptedLayers.ts'
import { BASE_MODEL, BASE_WEIGHTS_SHA256 } from './base/package.ts'
import { adapterFromFile } from './emit/peftAdapter.ts'
import { createEncoderPool } from './features/encoderPool.ts'
import { DEFAULT_THREADS, extractFeatures } from './features/extractFeatures.ts'
import { copyAdapter } from './lora/adapter.ts'
import { answerGradients } from './lora/answerGradients.ts'
import { columnsOf } from './lora/scale.ts'
import { createTuner } from './lora/tuner.ts'
import type { OnProgress } from './progress.ts'
import { MAIL } from './tasks/mail/mail.ts'
import { scaleOf } from './tasks/task.ts'

export interface Answer {
  /** One of the classes of the run's task. */
  readonly label: string
  /** Of the label given; of bins of a number, of the half that it is in. At least one half but where there are more classes. */
  readonly probability: number
  /** log(probability / (1 − probability)). */
  readonly logOdds: number
  /** Projected gradient of that log-odds. */
  readonly gradient: Float32Array
}

export interface ServedModel {
  readonly run: Run
  readonly answer: (texts: readonly string[]) => Promise<readonly Answer[]>
  /** Ends the encoders. Idle ones do not keep the process alive, so a command may also just end. */
  readonly close: () => Promise<void>
}

export interface ServeOptions {
  readonly cacheFolder?: string
  readonly threads?: number
  readonly onProgress?: OnProgress
}

export function loadServedModel(runFolder: string, options: ServeOptions = {}): ServedModel {
  const run = readRun(runFolder)
  const { manifest, adapter } = onEmbeddedBase(run)
  const { projection, training } = manifest
  const task = manifest.task ?? MAIL
  const scale = scaleOf(task)
  const layers = loadAdaptedLayers('nf4')
  const tuner = createTuner(layers.sentenceProjection, columnsOf(scale))
  copyAdapter(adapterFromFile(adapter, columnsOf(scale) + 1), tuner.adapter)
  const pool = createEncoderPool('nf4', options.threads ?? DEFAULT_THREADS)

  return {
    run,
    close: pool.close,
    answer: async (texts) => {
      const features = await extractFeatures(texts, {
        ...options,
        pool,
        precision: 'nf4',
        maxTokens: training.maxTokens,
      })
      const data = layers.frozenOutputs(features)
      const rows = texts.map((_, i) => i)
      return answerGradients(tuner, data, rows, projection, scale).map(({ label, logOdds, gradient }) => ({
        label: task.classes[label] as string,
        probability: logistic(logOdds),
        logOdds,
        gradient,
      }))
    },
  }
}

/** The run's manifest and adapter, if this operator has its base model; refuses any other run. */
export function onEmbeddedBase({ manifest, adapter }: Run) {
  const { base, quantisation } = manifest
  const isEmbedded = base.weightsSha256 === BASE_WEIGHTS_SHA256 && quantisation !== null
  if (isEmbedded && manifest.format === RUN_FORMAT && adapter !== null) return { manifest, adapter }
  throw new StopError(
    'The embedded model cannot serve this run: it was not trained on its base',
    { name: base.name, weightsSha256: base.weightsSha256, embedded: BASE_WEIGHTS_SHA256 },
    `The embedded base is ${BASE_MODEL.name} in NF4. Name a server that answers and one that gives gradients; nothing was served or charged.`,
  )
}
