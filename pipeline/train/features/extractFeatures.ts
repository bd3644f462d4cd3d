/**
 * Frozen features of many texts: what is cached is read, the rest is computed by one worker thread a core.
 *
 * Texts are handed out in passes of similar length, longest first, to whichever worker is free. Who computed a text, and
 * with which others, does not touch its bits (see `base/encoder.ts`).
 */
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { type TextFeatures, TOKENS_PER_PASS } from '../base/encoder.ts'
import type { Precision } from '../base/layers.ts'
import { loadTokenizer } from '../base/tokenizer.ts'
import type { OnProgress } from '../progress.ts'
import { openFeatureCache } from './cache.ts'
import type { EncodeReply, EncodeRequest, WorkerSettings } from './worker.ts'

export interface FeatureOptions {
  readonly precision: Precision
  /** Texts are cut to their first so many pieces; 64 by default. */
  readonly maxTokens?: number
  /** Where features are kept between runs; without it nothing is kept. */
  readonly cacheFolder?: string
  /** Worker threads; by default one for each core that this process may use, two at most. */
  readonly threads?: number
  readonly onProgress?: OnProgress
}

export const DEFAULT_MAX_TOKENS = 64
/** A worker holds its own copy of the base; more than two would cost memory that a small machine does not have. */
const MOST_DEFAULT_THREADS = 2

/** Features of the texts, in their order. */
export async function extractFeatures(
  texts: readonly string[],
  options: FeatureOptions,
): Promise<readonly TextFeatures[]> {
  const { precision, maxTokens = DEFAULT_MAX_TOKENS, cacheFolder, onProgress } = options
  const cache = cacheFolder === undefined ? undefined : openFeatureCache(cacheFolder, precision, maxTokens)
  const known = new Map<string, TextFeatures>()
  const missing = new Set<string>()
  for (const text of texts) {
    if (known.has(text) || missing.has(text)) continue
    const cached = cache?.read(text)
    if (cached === undefined) missing.add(text)
    else known.set(text, cached)
  }

  const step = `Encode texts (${precision})`
  const total = known.size + missing.size
  onProgress?.({ step, done: known.size, total })
  if (missing.size > 0) {
    const tokenizer = loadTokenizer()
    const passes = planPasses([...missing].map((text) => ({ text, pieces: tokenizer.tokenize(text, maxTokens) })))
    const threads = options.threads ?? Math.min(MOST_DEFAULT_THREADS, availableParallelism())
    await encodeInWorkers(passes, { precision }, Math.min(threads, passes.length), (pass, features) => {
      for (const [i, { text }] of pass.entries()) {
        const found = features[i] as TextFeatures
        known.set(text, found)
        cache?.write(text, found)
      }
      onProgress?.({ step, done: known.size, total })
    })
  }
  return texts.map((text) => known.get(text) as TextFeatures)
}

interface TokenizedText {
  readonly text: string
  readonly pieces: Int32Array
}

/** Cuts the texts, longest first, into passes of at most `TOKENS_PER_PASS` tokens. */
function planPasses(texts: readonly TokenizedText[]): readonly (readonly TokenizedText[])[] {
  const passes: TokenizedText[][] = []
  let room = 0
  for (const text of texts.toSorted((a, b) => b.pieces.length - a.pieces.length)) {
    const last = passes.at(-1)
    if (last === undefined || text.pieces.length > room) {
      passes.push([text])
      room = TOKENS_PER_PASS - text.pieces.length
    } else {
      last.push(text)
      room -= text.pieces.length
    }
  }
  return passes
}

async function encodeInWorkers(
  passes: readonly (readonly TokenizedText[])[],
  settings: WorkerSettings,
  threads: number,
  onPass: (pass: readonly TokenizedText[], features: readonly TextFeatures[]) => void,
): Promise<void> {
  let next = 0
  const workers = Array.from(
    { length: threads },
    () => new Worker(new URL('./worker.ts', import.meta.url), { workerData: settings }),
  )
  const drain = (worker: Worker): Promise<void> =>
    new Promise((resolve, reject) => {
      let current: readonly TokenizedText[] | undefined
      const proceed = (): void => {
        current = passes[next++]
        if (current === undefined) resolve()
        else worker.postMessage({ texts: current.map(({ pieces }) => pieces) } satisfies EncodeRequest)
      }
      worker.on('error', reject)
      worker.on('message', (reply: EncodeReply) => {
        try {
          if (current !== undefined) onPass(current, reply.features)
          proceed()
        } catch (error) {
          reject(error)
        }
      })
      proceed()
    })
  try {
    await Promise.all(workers.map(drain))
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()))
  }
}
