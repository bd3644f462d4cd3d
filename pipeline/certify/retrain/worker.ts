/** Retrainings in a worker thread: a seed and who is left out come in, log-odds of the held-out texts go out. Started by `retrain.ts`. */
import { parentPort, workerData } from 'node:worker_threads'
import { fineTune } from '../../train/lora/fineTune.ts'
import { columnsOf } from '../../train/lora/scale.ts'
import { createTuner } from '../../train/lora/tuner.ts'
import type { Retraining, TrainingInput } from './trainingInput.ts'

const port = parentPort
if (port === null) throw new Error('retrain/worker.ts runs inside a worker thread; call retrainPlan instead.')

const { data, sentenceProjection, labels, scale, contributorOf, trainedOn, settings } = workerData as TrainingInput
const tuner = createTuner(sentenceProjection, columnsOf(scale))
const heldOut = Array.from({ length: data.count - labels.length }, (_, i) => labels.length + i)

port.on('message', ({ seed, without }: Retraining) => {
  const leftOut = new Set(without)
  fineTune(tuner, data, labels, {
    seed,
    scale,
    settings,
    trained: 'adapters and head',
    includes: (row) => trainedOn[row] === 1 && !leftOut.has(contributorOf[row] as number),
  })
  port.postMessage(tuner.logOdds(data, heldOut))
})
