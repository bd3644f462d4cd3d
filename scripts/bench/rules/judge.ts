import { earningsByKind } from '../../../attribution/payouts.ts'
import type { ExamRows } from '../../../pipeline/certify/exam.ts'
import { sumOver } from '../../../pipeline/certify/measures.ts'
import { spearman } from '../../../pipeline/statistics/ranks.ts'
import type { Truth } from './truth.ts'

/** How one rule fares on one split. Correlations are Spearman's; earnings are beside those of the median honest contributor's row. */
export interface RuleFigures {
  readonly name: string
  readonly answer: number
  readonly loss: number
  readonly halves: number
  readonly flipped: number
  readonly noise: number
  readonly outlier: number
  readonly copied: number
}

/** @param paid What every row was paid, in any unit; may be below zero for what no ledger can pay. */
export function judgeRule(paid: Float64Array, rows: ExamRows, truth: Truth): Omit<RuleFigures, 'name'> {
  const { contributors, contributorOf, items } = rows
  const byContributor = new Float64Array(contributors)
  for (const [row, amount] of paid.entries()) {
    const contributor = contributorOf[row] as number
    byContributor[contributor] = (byContributor[contributor] as number) + amount
  }
  const kinds = earningsByKind(
    paid,
    items.map(({ kind = 'honest' }, row) => ({ contributor: contributorOf[row] as number, kind })),
  )
  const earned = (kind: string): number => kinds.find((one) => one.kind === kind)?.ratio ?? Number.NaN
  return {
    answer: spearman(byContributor, truth.answer),
    loss: spearman(byContributor, truth.loss),
    halves: spearman(sumOver(truth.halves, byContributor), truth.halfAnswer),
    flipped: earned('flipped'),
    noise: earned('noise'),
    outlier: earned('outlier'),
    copied: earned('copied'),
  }
}
