/**
 * Settles many worlds on worker threads. An outcome is kept in a file named by all that it depends on, so a gym that was killed goes
 * on where it was.
 */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { z } from 'zod'
import { DROP_PERCENT } from '../../attribution/nearCopies.ts'
import { writeWhole } from '../../sdk/node/writeWhole.ts'
import type { SketchManifest } from '../run/manifest.ts'
import { askWorker } from '../threads/askWorker.ts'
import { DEFAULT_THREADS } from '../train/features/extractFeatures.ts'
import { DEFAULT_TRAINING } from '../train/lora/fineTune.ts'
import type { OnProgress } from '../train/progress.ts'
import { LEDGER_ATTACKS, type LedgerAttackName } from './ledgerAttacks.ts'
import { PAY_RULES } from './payRules.ts'
import type { Outcome } from './settleWorld.ts'
import type { World } from './world.ts'

export interface WorldToSettle {
  /** By name. */
  readonly task: string
  /** Of the training and the projection. */
  readonly seed: number
  readonly world: World
  readonly isPeaceful: boolean
  readonly sketch: SketchManifest
  /** Where every text's features are already. */
  readonly cacheFolder: string
  readonly maxTokens: number
}

export interface SettleAllOptions {
  readonly folder: string
  readonly threads?: number
  readonly onProgress?: OnProgress
}

const numbers = z.array(z.number())
const outcomeSchema = z.object({
  paid: z.record(z.string(), numbers),
  kept: numbers,
  seen: z.object({ selfInfluence: numbers, terms: numbers }).nullable(),
  ledger: z
    .record(z.enum(LEDGER_ATTACKS.map(([name]) => name) as [LedgerAttackName, ...LedgerAttackName[]]), z.number())
    .nullable(),
})

/** The outcomes, in the order of the worlds. */
export async function settleAll(
  worlds: readonly WorldToSettle[],
  { folder, threads = DEFAULT_THREADS, onProgress }: SettleAllOptions,
): Promise<readonly Outcome[]> {
  const files = worlds.map((world) => join(folder, `${digestOf(world)}.json`))
  const missing = files.flatMap((file, at) => (existsSync(file) ? [] : [at]))
  let next = 0
  let done = 0
  const report = (): void => onProgress?.({ step: 'Settle worlds', done, total: missing.length })
  const drain = async (): Promise<void> => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url))
    try {
      for (let at = missing[next++]; at !== undefined; at = missing[next++]) {
        const outcome = await askWorker<WorldToSettle, Outcome>(worker, worlds[at] as WorldToSettle)
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

function digestOf({ task, seed, world, isPeaceful, sketch, maxTokens }: WorldToSettle): string {
  const rules = [DEFAULT_TRAINING, sketch, DROP_PERCENT, PAY_RULES, isPeaceful ? LEDGER_ATTACKS : []]
  return createHash('sha256')
    .update(JSON.stringify([task, seed, world, maxTokens, rules]))
    .digest('hex')
}
