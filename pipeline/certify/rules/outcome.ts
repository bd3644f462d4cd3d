/** What a rule does with the served answers: whom it pays, and how its scores stand before anything is clipped. */
import type { CertifiedRows } from '../certificationSet.ts'

/**
 * The rules of a book come first, as the chain pays them; then what net influence would pay without rounding, and with ratings; the
 * first edition's rule, rules that are usual elsewhere, and one that pays at random.
 */
export const RULE_NAMES = [
  'net influence',
  'net influence, no floor',
  'net influence, floor ½',
  'net influence, floor 2',
  'net influence, base 20 %',
  'net influence, base 50 %',
  'fixed weights',
  'equal split',
  'contributors alike',
  'unrounded',
  'net influence, rated',
  'positive part of each row',
  'raw positive influence',
  'DataInf',
  'gradient dot',
  'embedding, label agrees',
  'embedding',
  'BM25',
  'random rows',
] as const
export type RuleName = (typeof RULE_NAMES)[number]

/** The rule that all others are compared with. */
export const REFERENCE: RuleName = 'net influence'

export interface Outcome {
  readonly name: RuleName
  /**
   * What each cell is paid, in fees, of the answers counted so often, one fee an answer: (cells). All of a fee is the contributors'
   * here.
   */
  readonly pay: (answerCounts: Float64Array) => Float64Array
  /** (answers, contributors): scores summed over each contributor's rows; null for rules that score nothing. */
  readonly scores: Float64Array | null
}

/** A fee's share for one row. */
export interface Share {
  readonly row: number
  readonly share: number
}

/** A rule that shares out every fee by itself, row by row. */
export interface RowRule {
  readonly name: RuleName
  /** Score of every row for the answer, positive for rows that made it likelier; none for rules that score nothing. */
  readonly scores: (answer: number) => Float64Array
  /** Shares of the answer's fee, from its scores; they sum to 1, or to 0 where nobody is paid. */
  readonly shares: (scores: Float64Array, answer: number) => readonly Share[]
}

/** The scores of a rule that scores nothing. */
export const NO_SCORES: Float64Array = new Float64Array()

/** Runs a rule of rows over all answers. */
export function outcomeOfRows({ name, shares, scores }: RowRule, answers: number, rows: CertifiedRows): Outcome {
  const { cells, cellOf, contributors, contributorOf } = rows
  const paid = new Float64Array(answers * cells.length)
  const summed = new Float64Array(answers * contributors)
  let hasScored = false
  for (let answer = 0; answer < answers; answer++) {
    const scored = scores(answer)
    hasScored ||= scored.length > 0
    for (const { row, share } of shares(scored, answer))
      add(paid, answer * cells.length + (cellOf[row] as number), share)
    for (const [row, score] of scored.entries())
      add(summed, answer * contributors + (contributorOf[row] as number), score)
  }
  return { name, pay: (counts) => sumOfRows(paid, cells.length, counts), scores: hasScored ? summed : null }
}

/** matrix (answers, width), each answer counted so often → (width). */
function sumOfRows(matrix: Float64Array, width: number, counts: Float64Array): Float64Array {
  const sums = new Float64Array(width)
  for (const [answer, times] of counts.entries()) {
    if (times === 0) continue
    for (let at = 0; at < width; at++) add(sums, at, times * (matrix[answer * width + at] as number))
  }
  return sums
}

function add(to: Float64Array, at: number, value: number): void {
  to[at] = (to[at] as number) + value
}
