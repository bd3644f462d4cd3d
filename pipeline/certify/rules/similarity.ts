/**
 * Rules that never look at the training: how alike the texts are, by the frozen base's sentence embeddings (cosine of tanh h₀)
 * or by their words (BM25; Robertson and Zaragoza, 2009). The top rows are paid.
 */
import MiniSearch from 'minisearch'
import { tanh } from '../../math/elementary.ts'
import type { FrozenOutputs } from '../../train/base/adaptedLayers.ts'
import type { RowRule } from './outcome.ts'
import { topShares } from './shares.ts'

/** @param data Training texts by row, then the served ones. */
export function embeddingRule({ count, h0 }: FrozenOutputs, rows: number): RowRule {
  const width = h0.length / count
  const unit = new Float64Array(h0.length)
  for (let text = 0; text < count; text++) {
    const own = unit.subarray(text * width, (text + 1) * width)
    let squared = 0
    for (let d = 0; d < width; d++) {
      const value = tanh(h0[text * width + d] as number)
      own[d] = value
      squared += value * value
    }
    const length = Math.sqrt(squared)
    for (let d = 0; d < width; d++) own[d] = (own[d] as number) / length
  }
  const scores = (answer: number): Float64Array => {
    const query = unit.subarray((rows + answer) * width, (rows + answer + 1) * width)
    return Float64Array.from({ length: rows }, (_, row) => {
      let sum = 0
      for (let d = 0; d < width; d++) sum += (query[d] as number) * (unit[row * width + d] as number)
      return sum
    })
  }
  return { name: 'embedding', scores, shares: (scored) => topShares(scored) }
}

/**
 * As `embedding`, signed by the labels: rows that say something else than the answer count against it, and are not paid.
 * @param sides Of the rows' labels.
 * @param given What each answer stands for.
 */
export function agreeingEmbeddingRule(embedding: RowRule, sides: Uint8Array, given: Uint8Array): RowRule {
  const scores = (answer: number): Float64Array =>
    embedding.scores(answer).map((score, row) => (sides[row] === given[answer] ? score : -score))
  return { name: 'embedding, label agrees', scores, shares: (scored) => topShares(scored) }
}

export function bm25Rule(texts: readonly string[], queries: readonly string[]): RowRule {
  const search = new MiniSearch<{ readonly id: number; readonly text: string }>({ fields: ['text'] })
  search.addAll(texts.map((text, id) => ({ id, text })))
  const scores = (answer: number): Float64Array => {
    const found = new Float64Array(texts.length)
    for (const { id, score } of search.search(queries[answer] ?? '')) found[id as number] = score
    return found
  }
  return { name: 'BM25', scores, shares: (scored) => topShares(scored) }
}
