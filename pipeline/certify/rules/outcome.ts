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
  /** Shares of the answer's fee; they sum to 1, or to 0 where nobody is paid. */
  readonly shares: (answer: number) => readonly Share[]
  /** Score of every row for the answer, positive for rows that made it likelier; absent for rules that score nothing. */
  readonly scores?: (answer: number) => Float64Array
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

/** Runs a rule over all answers. */
export function outcomeOf({ name, shares, scores }: Rule, answers: number, rows: ExamRows): Outcome {
  const { cells, cellOf, contributors, contributorOf } = rows
  const paid = new Float64Array(answers * cells.length)
  const summed = scores === undefined ? null : new Float64Array(answers * contributors)
  for (let answer = 0; answer < answers; answer++) {
    for (const { row, share } of shares(answer)) add(paid, answer * cells.length + (cellOf[row] as number), share)
    if (scores === undefined || summed === null) continue
    for (const [row, score] of scores(answer).entries())
      add(summed, answer * contributors + (contributorOf[row] as number), score)
  }
  return { name, paid, scores: summed }
}

function add(to: Float64Array, at: number, value: number): void {
  to[at] = (to[at] as number) + value
}
