/**
 * Plays many worlds on worker threads. An outcome is kept in a file named by all that it depends on, so that whoever was killed goes
 * on where they were.
 */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { z } from 'zod'
import { DUPLICATE_COSINE_PERCENT } from '../../attribution/duplicates.ts'
import { MOST_SELF_INFLUENCE } from '../../attribution/selfInfluence.ts'
import { writeWhole } from '../publish/writeWhole.ts'
import { askWorker } from '../threads/askWorker.ts'
import { DEFAULT_SKETCH } from '../train/emit/describeRun.ts'
import { DEFAULT_THREADS } from '../train/features/extractFeatures.ts'
import { DEFAULT_TRAINING } from '../train/lora/fineTune.ts'
import type { OnProgress } from '../train/progress.ts'
import { ENTRANCES } from './entrances.ts'
import type { Outcome } from './play.ts'
import type { World } from './world.ts'

/** One world to be played. */
export interface Match {
  /** By name. */
  readonly task: string
  /** Of the training and the projection. */
  readonly seed: number
  readonly world: World
  /** Where every text's features are already. */
  readonly cacheFolder: string
  readonly maxTokens: number
}

export interface PlayAllOptions {
  readonly folder: string
  readonly threads?: number
  readonly onProgress?: OnProgress
}

const earnedSchema = z.object({ contributions: z.array(z.number()), keptOut: z.array(z.number()) })
const outcomeSchema = z.object({ earned: z.record(z.string(), earnedSchema) })

/** The outcomes, in the order of the matches. */
export async function playAll(
  matches: readonly Match[],
  { folder, threads = DEFAULT_THREADS, onProgress }: PlayAllOptions,
): Promise<readonly Outcome[]> {
  const files = matches.map((match) => join(folder, `${digestOf(match)}.json`))
  const missing = files.flatMap((file, at) => (existsSync(file) ? [] : [at]))
  let next = 0
  let done = 0
  const report = (): void => onProgress?.({ step: 'Play worlds', done, total: missing.length })
  const drain = async (): Promise<void> => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url))
    try {
      for (let at = missing[next++]; at !== undefined; at = missing[next++]) {
        const outcome = await askWorker<Match, Outcome>(worker, matches[at] as Match)
        writeWhole(files[at] as string, JSON.stringify(outcome))
        done++
        report()
      }
    } finally {
      await worker.terminate()
    }
  }
  report()
  await Promise.all(Array.from({ length: Math.min(threads, missing.length) }, drain))
  return files.map((file) => outcomeSchema.parse(JSON.parse(readFileSync(file, 'utf8'))))
}

function digestOf({ task, seed, world, maxTokens }: Match): string {
  const entrances = ENTRANCES.map(({ name }) => name)
  const rules = [DEFAULT_TRAINING, DEFAULT_SKETCH, DUPLICATE_COSINE_PERCENT, MOST_SELF_INFLUENCE, entrances]
  return createHash('sha256')
    .update(JSON.stringify([task, seed, world, maxTokens, rules]))
    .digest('hex')
}
