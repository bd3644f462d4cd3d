/**
 * Encoders in worker threads, started when first needed and kept for the next call: loading the base takes longer than
 * encoding a mail. Idle workers do not keep the process alive.
 */
import { Worker } from 'node:worker_threads'
import { askWorker } from '../../threads/askWorker.ts'
import type { TextFeatures } from '../base/encoder.ts'
import type { Precision } from '../base/layers.ts'
import { checkBaseFiles } from '../base/package.ts'
import type { EncodeReply, EncodeRequest, WorkerSettings } from './worker.ts'

/** Texts that go through an encoder together, as pieces. */
export type Pass = readonly Int32Array[]

export interface EncoderPool {
  readonly precision: Precision
  /** Encodes the passes on whichever workers are free; `onPass` is called for each as it is done, in no particular order. */
  readonly encode: (
    passes: readonly Pass[],
    onPass: (pass: number, features: readonly TextFeatures[]) => void,
  ) => Promise<void>
  readonly close: () => Promise<void>
}

export function createEncoderPool(precision: Precision, threads: number): EncoderPool {
  const workers: Worker[] = []
  let queue: Promise<unknown> = Promise.resolve()

  const startWorkers = (count: number): void => {
    // Here, where an error keeps its facts and remedy; thrown inside a worker it would arrive without them.
    if (workers.length === 0) checkBaseFiles()
    while (workers.length < count) {
      const settings: WorkerSettings = { precision }
      workers.push(new Worker(new URL('./worker.ts', import.meta.url), { workerData: settings }))
    }
  }
  const close = async (): Promise<void> => {
    await Promise.all(workers.splice(0).map((worker) => worker.terminate()))
  }
  const encode: EncoderPool['encode'] = async (passes, onPass) => {
    startWorkers(Math.min(threads, passes.length))
    let next = 0
    const drain = async (worker: Worker): Promise<void> => {
      worker.ref()
      for (let at = next++; at < passes.length; at = next++) {
        const { features } = await askWorker<EncodeRequest, EncodeReply>(worker, { texts: passes[at] as Pass })
        onPass(at, features)
      }
      worker.unref()
    }
    try {
      await Promise.all(workers.map(drain))
    } catch (error) {
      await close()
      throw error
    }
  }

  return {
    precision,
    close,
    // One call after another: a worker answers one question at a time.
    encode: (passes, onPass) => {
      const turn = queue.then(() => encode(passes, onPass))
      queue = turn.catch(() => undefined)
      return turn
    },
  }
}
