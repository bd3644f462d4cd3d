/** How good answers are on items whose labels are known. */
import { answered } from '../evaluate/evaluationFile.ts'
import { logitsOf, lossOf, rowOf, type Scale, TWO_CLASSES } from './lora/scale.ts'

export interface Score {
  readonly accuracy: number
  /** Mean cross-entropy in nats. */
  readonly loss: number
}

/** Labels are the places of classes; the answer is the likeliest. */
export function scoreAnswers(logOdds: Float64Array, labels: Uint8Array, scale: Scale = TWO_CLASSES): Score {
  let correct = 0
  let loss = 0
  for (const [i, label] of labels.entries()) {
    const m = rowOf(scale, logOdds, i)
    if (answered(logitsOf(scale, m)) === label) correct++
    loss += lossOf(scale, m, label)
  }
  return { accuracy: correct / labels.length, loss: loss / labels.length }
}

/** What always giving the more frequent label would score. */
export function majorityAccuracy(labels: Uint8Array): number {
  const counts = new Map<number, number>()
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1)
  return Math.max(0, ...counts.values()) / labels.length
}
