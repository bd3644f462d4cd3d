/** How good answers are on items whose labels are known. */
import { crossEntropy } from './lora/fineTune.ts'

export interface Score {
  readonly accuracy: number
  /** Mean cross-entropy in nats. */
  readonly loss: number
}

/** Labels are 1 for the second class, which is the answer where log-odds are above zero. */
export function scoreAnswers(logOdds: Float64Array, labels: Uint8Array): Score {
  let correct = 0
  let loss = 0
  for (const [i, label] of labels.entries()) {
    const m = logOdds[i] as number
    if ((m > 0 ? 1 : 0) === label) correct++
    loss += crossEntropy(m, label)
  }
  return { accuracy: correct / labels.length, loss: loss / labels.length }
}

/** What always giving the more frequent label would score. */
export function majorityAccuracy(labels: Uint8Array): number {
  const second = labels.reduce((sum, label) => sum + label, 0)
  return Math.max(second, labels.length - second) / labels.length
}
