/** One encoder in a worker thread: pieces in, features out. Started by `extractFeatures.ts`. */
import { parentPort, workerData } from 'node:worker_threads'
import { loadEncoder, type TextFeatures } from '../base/encoder.ts'
import type { Precision } from '../base/layers.ts'

export interface WorkerSettings {
  readonly precision: Precision
}

export interface EncodeRequest {
  readonly texts: readonly Int32Array[]
}

export interface EncodeReply {
  readonly features: readonly TextFeatures[]
}

const port = parentPort
if (port === null) throw new Error('features/worker.ts runs inside a worker thread; call extractFeatures instead.')

const { precision } = workerData as WorkerSettings
const encoder = loadEncoder(precision)
port.on('message', ({ texts }: EncodeRequest) => {
  const reply: EncodeReply = { features: encoder.encode(texts) }
  port.postMessage(reply)
})
