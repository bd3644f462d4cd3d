/** What a payout rule does with the served answers: whom it pays, and how its scores stand before anything is clipped. */
import type { ExamRows } from '../exam.ts'

/** A fee's share for one row. */
export interface Share {
  readonly row: number
  readonly share: number
}

/** How a rule treats answers, one at a time. */
export interface Rule {
  readonly name: RuleName
  /** Score of every row for the answer, positive for rows that made it likelier; none for rules that score nothing. */
  readonly scores: (answer: number) => Float64Array
  /** Shares of the answer's fee, from its scores; they sum to 1, or to 0 where nobody is paid. */
  readonly shares: (scores: Float64Array, answer: number) => readonly Share[]
}

export const RULE_NAMES = [
  'ledger',
  'unquantised',
  'raw positive influence',
  'DataInf',
  'gradient dot',
  'embedding, label agrees',
  'embedding',
  'BM25',
  'rows by lot',
  'count of rows',
  'equal split',
] as const
export type RuleName = (typeof RULE_NAMES)[number]

export interface Outcome {
  readonly name: RuleName
  /** (answers, cells): shares of each answer's fee, by contributor and kind. */
  readonly paid: Float64Array
  /** (answers, contributors): scores summed over each contributor's rows; null for rules that score nothing. */
  readonly scores: Float64Array | null
}

/** The scores of a rule that scores nothing. */
export const NO_SCORES: Float64Array = new Float64Array()

/** Runs a rule over all answers. */
export function outcomeOf({ name, shares, scores }: Rule, answers: number, rows: ExamRows): Outcome {
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
  return { name, paid, scores: hasScored ? summed : null }
}

function add(to: Float64Array, at: number, value: number): void {
  to[at] = (to[at] as number) + value
}
