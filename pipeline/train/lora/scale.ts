/**
 * What a model's log-odds say, and how far they are from the truth.
 *
 *     classes   K of them, none nearer than others: m_c = z_c − z_0 of all but the first (K − 1 columns), p = softmax, L = −log p_y
 *     ordered   a number in K bins: one column, p = logistic m, and c of K − 1 trials succeed: binomial regression (McCullagh and
 *               Nelder, 1989), L = −(y log p + (1 − y) log(1 − p)) with y = c / (K − 1), the binomial's log-loss for each trial
 *
 * With two classes both are logistic regression, to the last bit. `m` holds the columns of one row throughout.
 */
import { exp, log, logistic } from '../../math/elementary.ts'

export interface Scale {
  readonly classes: number
  /** Whether the classes are bins of a number, lowest first. */
  readonly ordered: boolean
}

export const TWO_CLASSES: Scale = { classes: 2, ordered: false }

export function columnsOf({ classes, ordered }: Scale): number {
  return ordered ? 1 : classes - 1
}

/** Log-probabilities of the classes, up to a constant. */
export function logitsOf({ classes, ordered }: Scale, m: Float64Array): readonly number[] {
  if (!ordered) return [0, ...m]
  const logits = [0]
  for (let c = 1; c < classes; c++)
    logits.push((logits[c - 1] as number) + (m[0] as number) + log(classes - c) - log(c))
  return logits
}

/**
 * What an answer stands for, and is sure of: its class; of an ordered scale the half, 1 for the upper.
 * What moved a number is what moved it up or down.
 */
export function sideOf({ classes, ordered }: Scale, label: number): number {
  if (!ordered) return label
  return 2 * label > classes - 1 ? 1 : 0
}

/** Whether an answer is right: of bins of a number, no further off than a tenth of the scale. */
export function isRight({ classes, ordered }: Scale, answer: number, label: number): boolean {
  return ordered ? 10 * Math.abs(answer - label) <= classes - 1 : answer === label
}

/** Log-odds of a side, against all others together. */
export function marginOf({ ordered }: Scale, m: Float64Array, side: number): number {
  if (ordered || m.length === 1) return side === 1 ? (m[0] as number) : -(m[0] as number)
  const all = [0, ...m]
  const [own = 0] = all.splice(side, 1)
  const most = Math.max(...all)
  return own - (most + log(all.reduce((sum, other) => sum + exp(other - most), 0)))
}

/** ∂ margin of a side / ∂ m. */
export function marginSlope({ ordered }: Scale, m: Float64Array, side: number): Float64Array {
  if (ordered || m.length === 1) return Float64Array.of(side === 1 ? 1 : -1)
  const most = Math.max(side === 0 ? Number.NEGATIVE_INFINITY : 0, ...m.filter((_, k) => k + 1 !== side))
  const others = m.map((own, k) => (k + 1 === side ? 0 : exp(own - most)))
  const sum = others.reduce((a, b) => a + b, side === 0 ? 0 : exp(-most))
  return others.map((other, k) => (k + 1 === side ? 1 : -other / sum))
}

export function lossOf(scale: Scale, m: Float64Array, label: number): number {
  if (!scale.ordered) return crossEntropy(marginOf(scale, m, label), 1)
  const y = label / (scale.classes - 1)
  return y * crossEntropy(m[0] as number, 1) + (1 - y) * crossEntropy(m[0] as number, 0)
}

/** ∂ loss / ∂ m. */
export function residualOf(scale: Scale, m: Float64Array, label: number): Float64Array {
  if (scale.ordered) return m.map((own) => logistic(own) - label / (scale.classes - 1))
  return m.map((_, k) => logistic(marginOf(scale, m, k + 1)) - (label === k + 1 ? 1 : 0))
}

/**
 * A row as one yes or no, of which ∂ loss = (p − y) ∂d and the curvature is p (1 − p) ∂d²: is it of its own class, or not (Park et
 * al., 2023). The first class is asked about from the other side, so that two classes are one question.
 */
export function questionOf(scale: Scale, m: Float64Array, label: number) {
  if (scale.ordered) return { p: logistic(m[0] as number), y: label / (scale.classes - 1), slope: Float64Array.of(1) }
  const [y, sign] = label === 0 ? [0, -1] : [1, 1]
  return {
    p: logistic(sign * marginOf(scale, m, label)),
    y,
    slope: marginSlope(scale, m, label).map((x) => sign * x),
  }
}

/** −log of the probability given to the true label, from the log-odds of the second class. */
export function crossEntropy(logOdds: number, label: number): number {
  const margin = label === 1 ? logOdds : -logOdds
  return Math.max(0, -margin) + log(1 + exp(-Math.abs(margin)))
}

/** The columns of one row. */
export function rowOf(scale: Scale, logOdds: Float64Array, row: number): Float64Array {
  const columns = columnsOf(scale)
  return logOdds.subarray(row * columns, (row + 1) * columns)
}
