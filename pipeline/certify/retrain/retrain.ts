/** Retrainings of one input, on worker threads; what is cached is read. */
import { Worker } from 'node:worker_threads'
import { askWorker } from '../../threads/askWorker.ts'
import { DEFAULT_THREADS } from '../../train/features/extractFeatures.ts'
import type { OnProgress } from '../../train/progress.ts'
import { openRetrainingCache } from './cache.ts'
import type { Plan } from './plan.ts'
import { type Retraining, shareInput, type TrainingInput } from './trainingInput.ts'

export interface RetrainOptions {
  readonly cacheFolder: string
  readonly threads?: number
  readonly onProgress?: OnProgress
}

/** Log-odds of the held-out texts (texts, columns), in the shape of the plan. */
export interface Retrained {
  /** By seed. */
  readonly everyone: readonly Float64Array[]
  /** By contributor, then by seed. */
  readonly leftOut: readonly (readonly Float64Array[])[]
  /** By half, then by seed. */
  readonly halves: readonly (readonly Float64Array[])[]
}

export async function retrainPlan(
  input: TrainingInput,
  { everyone, leftOut, halves }: Plan,
  options: RetrainOptions,
): Promise<Retrained> {
  const all: readonly Retraining[] = [
    ...everyone,
    ...leftOut.flat(),
    ...halves.flatMap(({ retrainings }) => retrainings),
  ]
  const outcomes = await retrainAll(input, all, options)
  let at = 0
  const take = (count: number): readonly Float64Array[] => {
    at += count
    return outcomes.slice(at - count, at)
  }
  return {
    everyone: take(everyone.length),
    leftOut: leftOut.map((bySeed) => take(bySeed.length)),
    halves: halves.map(({ retrainings }) => take(retrainings.length)),
  }
}

/** Log-odds of the held-out texts after each retraining, in the order asked. */
export async function retrainAll(
  input: TrainingInput,
  retrainings: readonly Retraining[],
  { cacheFolder, threads = DEFAULT_THREADS, onProgress }: RetrainOptions,
): Promise<readonly Float64Array[]> {
  const cache = openRetrainingCache(cacheFolder, input)
  const outcomes = retrainings.map((retraining) => cache.read(retraining))
  const missing = outcomes.flatMap((outcome, at) => (outcome === undefined ? [at] : []))
  // Of the work that is left only: what was cached says nothing of how long the rest takes.
  let done = 0
  const report = (): void => onProgress?.({ step: 'Retrain', done, total: missing.length })
  report()

  const shared = missing.length > 0 ? shareInput(input) : input
  let next = 0
  const drain = async (): Promise<void> => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: shared })
    try {
      for (let at = missing[next++]; at !== undefined; at = missing[next++]) {
        const retraining = retrainings[at] as Retraining
        const logOdds = await askWorker<Retraining, Float64Array>(worker, retraining)
        cache.write(retraining, logOdds)
        outcomes[at] = logOdds
        done++
        report()
      }
    } finally {
      await worker.terminate()
    }
  }
  await Promise.all(Array.from({ length: Math.min(threads, missing.length) }, drain))
  return outcomes as readonly Float64Array[]
}
