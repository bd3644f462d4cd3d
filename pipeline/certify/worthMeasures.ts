/** Retrains, and holds every rule's payouts against what that says of contributors: the heart of a certificate. */

import type { Resampling } from '../statistics/bootstrap.ts'
import type { Measure, MeasureName } from './certificate.ts'
import type { Examined } from './examine.ts'
import { compared, figureOf, rounded } from './figures.ts'
import {
  type Faithfulness,
  measureByAnswer,
  measureFaithfulness,
  paidFor,
  scoresOfHalves,
  sumOver,
} from './measures.ts'
import { planRetrainings, type WorthCounts } from './retrain/plan.ts'
import { type RetrainOptions, retrainPlan } from './retrain/retrain.ts'
import type { Outcome } from './rules/outcome.ts'
import {
  answerValue,
  type Effects,
  halfValues,
  leaveOneOut,
  lossValue,
  meanEffects,
  once,
  type Value,
} from './worth.ts'

export interface Worth {
  readonly measures: readonly Measure[]
  /** By contributor, in nats. */
  readonly answerWorth: Float64Array
  readonly lossWorth: Float64Array
}

/** Resampling what is taken answer by answer is slow, and its interval narrow: a fifth of the draws will do. */
const FEWER_DRAWS = 5
const CORRELATION = [-1, 1] as const

export async function measureWorth(
  examined: Examined,
  outcomes: readonly Outcome[],
  seed: number,
  counts: WorthCounts,
  resampling: Resampling,
  options: RetrainOptions,
): Promise<Worth> {
  const { rows, given, heldOutLabels } = examined
  const plan = planRetrainings(rows.contributors, seed, counts)
  const trained = await retrainPlan(examined.subject, plan, options)
  const kept = plan.halves.map((half) => half.kept)

  const faithfulness = (name: MeasureName, effects: Effects, toSubjects: (paid: Float64Array) => Float64Array) =>
    measureOf(name, measureFaithfulness(effects, outcomes, rows, toSubjects, resampling, name))
  const fewer = { ...resampling, replicates: Math.ceil(resampling.replicates / FEWER_DRAWS) }
  const byAnswer = (name: MeasureName, effects: Effects, said: Parameters<typeof measureByAnswer>[1]) =>
    measureOf(name, measureByAnswer(effects, said, fewer, name))
  const alone = (value: Value): Effects => leaveOneOut(trained.everyone, trained.leftOut, value)
  const [toAnswers, toLoss] = [answerValue(given), lossValue(heldOutLabels)]
  const [answers, loss] = [alone(toAnswers), alone(toLoss)]
  const halves = halfValues(trained.halves, toAnswers)
  const ownPay = (paid: Float64Array): Float64Array => paid
  const halfPay = (paid: Float64Array): Float64Array => sumOver(kept, paid)
  const paid = new Map(outcomes.map((outcome) => [outcome.name, paidFor(rows, outcome)]))
  const measures: readonly (() => Measure)[] = [
    () => faithfulness('answer worth', answers, ownPay),
    () => faithfulness('loss worth', loss, ownPay),
    () => faithfulness('answer worth of halves', halves, halfPay),
    () => faithfulness('loss worth of halves', halfValues(trained.halves, toLoss), halfPay),
    () => byAnswer('answer by answer', answers, paid),
    () => byAnswer('linear datamodelling', halves, scoresOfHalves(outcomes, kept, rows.contributors)),
  ]
  const everyAnswer = (effects: Effects): Float64Array => meanEffects(effects, once(given.length), once(counts.seeds))
  return {
    measures: measures.map((measure, done) => {
      options.onProgress?.({ step: 'Measure', done, total: measures.length })
      return measure()
    }),
    answerWorth: everyAnswer(answers),
    lossWorth: everyAnswer(loss),
  }
}

function measureOf(name: MeasureName, { reliability, rules }: Faithfulness): Measure {
  const ledger = rules.get('ledger')
  if (ledger === undefined) throw new Error('The ledger’s own rule was not measured')
  return {
    name,
    reliability: figureOf(reliability, [0, 1]),
    ceiling: rounded(Math.sqrt(reliability.estimate)),
    rules: [...rules].map(([rule, resampled]) => ({
      rule,
      figure: figureOf(resampled, CORRELATION),
      ledgerLess: rule === 'ledger' ? null : compared(ledger, resampled),
    })),
  }
}
