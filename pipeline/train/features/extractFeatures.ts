/**
 * Frozen features of many texts: what is cached is read, the rest is computed on worker threads.
 *
 * Texts go through in passes of similar length, longest first. Who computed a text, and with which others, does not touch
 * its bits (see `base/encoder.ts`).
 */
import { availableParallelism } from 'node:os'
import { StopError } from '../../../sdk/errors.ts'
import { type TextFeatures, TOKENS_PER_PASS } from '../base/encoder.ts'
import type { Precision } from '../base/layers.ts'
import { loadTokenizer } from '../base/tokenizer.ts'
import type { OnProgress } from '../progress.ts'
import { type FeatureCache, openFeatureCache } from './cache.ts'
import { createEncoderPool, type EncoderPool } from './encoderPool.ts'

export interface FeatureOptions {
  readonly precision: Precision
  /** Texts are cut to their first so many pieces; 64 by default. */
  readonly maxTokens?: number
  /** Where features are kept between runs; without it nothing is kept. */
  readonly cacheFolder?: string
  /** Worker threads; by default one for each core that this process may use, two at most. */
  readonly threads?: number
  /** Encoders to use, which the caller closes; without it they are started and closed here. */
  readonly pool?: EncoderPool
  readonly onProgress?: OnProgress
}

export const DEFAULT_MAX_TOKENS = 64
/** Attention takes memory by the square of this. */
const MOST_TOKENS = 512

/** A worker holds its own copy of the base; more than two would cost memory that a small machine does not have. */
export const DEFAULT_THREADS: number = Math.min(2, availableParallelism())

/** Features of the texts, in their order. */
export async function extractFeatures(
  texts: readonly string[],
  options: FeatureOptions,
): Promise<readonly TextFeatures[]> {
  const { precision, maxTokens = DEFAULT_MAX_TOKENS, cacheFolder, onProgress } = options
  checkMaxTokens(maxTokens)
  const cache = cacheFolder === undefined ? undefined : openFeatureCache(cacheFolder, precision, maxTokens)
  const different = [...new Set(texts)]
  const known = readKnown(different, cache)
  const report = (): void =>
    onProgress?.({ step: `Encode texts (${precision})`, done: known.size, total: different.length })
  report()

  const missing = different.filter((text) => !known.has(text))
  if (missing.length > 0) {
    const passes = planPasses(missing, maxTokens)
    const pool = options.pool ?? createEncoderPool(precision, options.threads ?? DEFAULT_THREADS)
    const encoding = pool.encode(
      passes.map((pass) => pass.map(({ pieces }) => pieces)),
      (at, features) => {
        for (const [i, { text }] of (passes[at] ?? []).entries()) {
          const found = features[i] as TextFeatures
          known.set(text, found)
          cache?.write(text, found)
        }
        report()
      },
    )
    await encoding.finally(() => (options.pool === undefined ? pool.close() : undefined))
  }
  return texts.map((text) => known.get(text) as TextFeatures)
}

function checkMaxTokens(maxTokens: number): void {
  if (!Number.isInteger(maxTokens) || maxTokens < 1 || maxTokens > MOST_TOKENS)
    throw new StopError(
      'Texts cannot be cut to so many pieces',
      { maxTokens, most: MOST_TOKENS },
      `Choose a whole number from 1 to ${MOST_TOKENS}.`,
    )
}

function readKnown(texts: readonly string[], cache: FeatureCache | undefined): Map<string, TextFeatures> {
  const known = new Map<string, TextFeatures>()
  for (const text of texts) {
    const features = cache?.read(text)
    if (features !== undefined) known.set(text, features)
  }
  return known
}

interface TokenizedText {
  readonly text: string
  readonly pieces: Int32Array
}

/** Cuts the texts, longest first, into passes of at most `TOKENS_PER_PASS` tokens. */
function planPasses(texts: readonly string[], maxTokens: number): readonly (readonly TokenizedText[])[] {
  const { tokenize } = loadTokenizer()
  const tokenized = texts.map((text): TokenizedText => ({ text, pieces: tokenize(text, maxTokens) }))
  const passes: TokenizedText[][] = []
  let room = 0
  for (const text of tokenized.toSorted((a, b) => b.pieces.length - a.pieces.length)) {
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
