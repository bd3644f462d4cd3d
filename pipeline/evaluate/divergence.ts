/**
 * Kullback–Leibler divergence between what two models make of the same question, in nats:
 *
 *     KL = Σ_a t_a · (log t_a − log q_a)          t of the full-precision twin, q of the quantised model, over the answers a
 *
 * The twin is the reference, as in Dutta et al. 2024 ("Accuracy is Not All You Need") and in llama.cpp. From the elementary
 * functions of the embedded pipeline, so the same bits on every machine.
 */
import { exp, log } from '../train/math/elementary.ts'

/** @param logits Log-probabilities of the answers up to a constant of each model's own. */
export function divergence(twinLogits: readonly number[], logits: readonly number[]): number {
  const reference = logShares(twinLogits)
  const model = logShares(logits)
  const total = reference.reduce((sum, logT, a) => sum + exp(logT) * (logT - (model[a] as number)), 0)
  // Never negative but for rounding.
  return Math.max(0, total)
}

function logShares(logits: readonly number[]): readonly number[] {
  const largest = Math.max(...logits)
  const norm = largest + log(logits.reduce((sum, logit) => sum + exp(logit - largest), 0))
  return logits.map((logit) => logit - norm)
}
