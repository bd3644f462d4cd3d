/**
 * Kullback–Leibler divergence of what a model makes of a question from what its full-precision twin does, in nats:
 *
 *     KL(q‖t) = Σ_a q_a · (log q_a − log t_a)          q of the quantised model, t of the twin, over the possible answers a
 *
 * It is no distance: KL(t‖q) tells what the model lost of its twin's answers, KL(q‖t) what it invented. A mean hides a few samples that
 * went astray, so its standard error and the 99th percentile stand beside it. From the elementary functions of the embedded pipeline,
 * so the same bits on every machine.
 */
import { exp, log } from '../math/elementary.ts'

export interface Divergence {
  readonly mean: number
  /** Of the mean; null of a single sample. */
  readonly standardError: number | null
  /** The smallest of the samples' that 99 in a hundred do not exceed. */
  readonly p99: number
}

/** @param logits Log-probabilities of the answers up to a constant of each model's own. */
export function divergence(logits: readonly number[], twinLogits: readonly number[]): number {
  const model = logShares(logits)
  const twin = logShares(twinLogits)
  const total = model.reduce((sum, logQ, a) => sum + exp(logQ) * (logQ - (twin[a] as number)), 0)
  // Never negative but for rounding.
  return Math.max(0, total)
}

export function summarise(divergences: readonly number[]): Divergence {
  const n = divergences.length
  const mean = divergences.reduce((sum, each) => sum + each, 0) / n
  const squares = divergences.reduce((sum, each) => sum + (each - mean) * (each - mean), 0)
  const p99 = divergences.toSorted((a, b) => a - b)[Math.ceil(0.99 * n) - 1] as number
  return { mean, standardError: n === 1 ? null : Math.sqrt(squares / (n - 1) / n), p99 }
}

function logShares(logits: readonly number[]): readonly number[] {
  const largest = Math.max(...logits)
  const norm = largest + log(logits.reduce((sum, logit) => sum + exp(logit - largest), 0))
  return logits.map((logit) => logit - norm)
}
