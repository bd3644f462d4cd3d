/**
 * Fine-tuning with AdamW (Loshchilov and Hutter, 2019), its learning rate falling linearly to zero as Transformers'
 * default schedule does, on the loss of the scale (scale.ts).
 */

import { createRandom, shuffled } from '../../math/random.ts'
import type { FrozenOutputs } from '../base/adaptedLayers.ts'
import {
  type Adapter,
  copyAdapter,
  createAdapter,
  HEAD_PARAMETERS,
  initialAdapter,
  outputsOf,
  PARAMETERS,
} from './adapter.ts'
import { lossOf, residualOf, rowOf, type Scale, TWO_CLASSES } from './scale.ts'
import type { Tuner } from './tuner.ts'

export interface TrainingSettings {
  readonly learningRate: number
  readonly epochs: number
  readonly batchSize: number
  readonly weightDecay: number
  readonly adamBeta1: number
  readonly adamBeta2: number
  readonly adamEpsilon: number
}

export const DEFAULT_TRAINING: TrainingSettings = {
  learningRate: 1e-3,
  epochs: 5,
  batchSize: 64,
  weightDecay: 0.01,
  adamBeta1: 0.9,
  adamBeta2: 0.999,
  adamEpsilon: 1e-8,
}

export interface EpochReport {
  readonly epoch: number
  readonly step: number
  /** Mean loss over the epoch's rows, as they were when their batch came. */
  readonly loss: number
  readonly learningRate: number
  /** Length of the epoch's last gradient. */
  readonly gradientNorm: number
}

export interface FineTuneOptions {
  readonly seed: number
  readonly settings: TrainingSettings
  /** What labels stand for; two classes unless told. */
  readonly scale?: Scale
  /** `head` leaves the base as it is and trains the head alone. */
  readonly trained: 'adapters and head' | 'head'
  /** Rows that take part, all by default. A removed row leaves a hole: every other row stays in the batch it was in. */
  readonly includes?: (row: number) => boolean
  readonly onEpoch?: (report: EpochReport) => void
}

/** Trains from a fresh start on rows 0 … labels.length − 1 of the data, each labelled by the place of its class. */
export function fineTune(tuner: Tuner, data: FrozenOutputs, labels: Uint8Array, options: FineTuneOptions): Adapter {
  const { seed, settings, trained, scale = TWO_CLASSES, includes = () => true, onEpoch } = options
  const { epochs, batchSize, learningRate } = settings
  const random = createRandom(seed, 'batches')
  const optimiser = createOptimiser(tuner, settings, trained === 'head' ? HEAD_PARAMETERS : PARAMETERS)
  copyAdapter(initialAdapter(seed, outputsOf(tuner.adapter)), tuner.adapter)

  let order: readonly number[] = Array.from(labels, (_, row) => row)
  const stepsAnEpoch = Math.ceil(order.length / batchSize)
  let step = 0
  for (let epoch = 1; epoch <= epochs; epoch++) {
    order = shuffled(order, random)
    let loss = 0
    let counted = 0
    let rate = 0
    for (let from = 0; from < order.length; from += batchSize) {
      rate = learningRate * (1 - step / (epochs * stepsAnEpoch))
      step++
      const rows = order.slice(from, from + batchSize).filter(includes)
      if (rows.length === 0) continue
      tuner.gradient(data, rows, (logOdds) => {
        const weights = new Float64Array(logOdds.length)
        for (const [i, row] of rows.entries()) {
          const [m, y] = [rowOf(scale, logOdds, i), labels[row] as number]
          loss += lossOf(scale, m, y)
          rowOf(scale, weights, i).set(residualOf(scale, m, y).map((x) => x / rows.length))
        }
        return weights
      })
      counted += rows.length
      optimiser.step(rate)
    }
    onEpoch?.({
      epoch,
      step,
      loss: loss / Math.max(1, counted),
      learningRate: rate,
      gradientNorm: optimiser.gradientNorm(),
    })
  }
  const adapter = createAdapter(outputsOf(tuner.adapter))
  copyAdapter(tuner.adapter, adapter)
  return adapter
}

function createOptimiser(tuner: Tuner, settings: TrainingSettings, trained: readonly (keyof Adapter)[]) {
  const { weightDecay, adamBeta1: beta1, adamBeta2: beta2, adamEpsilon: epsilon } = settings
  const states = trained.map((name) => ({
    values: tuner.adapter[name],
    gradient: tuner.gradients[name],
    mean: new Float32Array(tuner.adapter[name].length),
    square: new Float32Array(tuner.adapter[name].length),
  }))
  let power1 = 1
  let power2 = 1
  return {
    step: (rate: number): void => {
      power1 *= beta1
      power2 *= beta2
      for (const { values, gradient, mean, square } of states)
        for (let i = 0; i < values.length; i++) {
          const g = gradient[i] as number
          const m = beta1 * (mean[i] as number) + (1 - beta1) * g
          const v = beta2 * (square[i] as number) + (1 - beta2) * g * g
          mean[i] = m
          square[i] = v
          const kept = (values[i] as number) * (1 - rate * weightDecay)
          values[i] = kept - (rate * (m / (1 - power1))) / (Math.sqrt(v / (1 - power2)) + epsilon)
        }
    },
    gradientNorm: (): number => {
      let squares = 0
      for (const { gradient } of states) for (const g of gradient) squares += g * g
      return Math.sqrt(squares)
    },
  }
}
