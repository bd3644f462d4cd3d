/**
 * Kullback–Leibler divergence of what a model makes of a question from what its full-precision twin does, in nats:
 *
 *     KL = Σ_a q_a · (log q_a − log t_a)          q of the quantised model, t of the twin, over the possible answers a
 *
 * From the elementary functions of the embedded pipeline, so the same bits on every machine.
 */
import { exp, log } from '../math/elementary.ts'

/** @param logits Log-probabilities of the answers up to a constant of each model's own. */
export function divergence(logits: readonly number[], twinLogits: readonly number[]): number {
  const model = logShares(logits)
  const twin = logShares(twinLogits)
  const total = model.reduce((sum, logQ, a) => sum + exp(logQ) * (logQ - (twin[a] as number)), 0)
  // Never negative but for rounding.
  return Math.max(0, total)
}

function logShares(logits: readonly number[]): readonly number[] {
  const largest = Math.max(...logits)
  const norm = largest + log(logits.reduce((sum, logit) => sum + exp(logit - largest), 0))
  return logits.map((logit) => logit - norm)
}
