/** Retrains, and holds every rule's payouts against what that says of contributors: the heart of a certificate. */
import type { Measure, MeasureName } from './certificate.ts'
import type { Examined } from './examine.ts'
import { compared, figureOf } from './figures.ts'
import { type ByRule, measureDatamodelling, measureFaithfulness, type Resampling, sumOver } from './measures.ts'
import { type Plan, planRetrainings, type WorthCounts } from './retrain/plan.ts'
import { type RetrainOptions, retrainAll } from './retrain/retrain.ts'
import type { Retraining } from './retrain/subject.ts'
import type { Outcome } from './rules/outcome.ts'
import type { Resampled } from './statistics/bootstrap.ts'
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

/** Resampling the score that is taken answer by answer is slow, and its interval narrow: a fifth of the draws will do. */
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
  const trained = await retrainPlan(examined, plan, options)
  const kept = plan.halves.map((half) => half.kept)

  const faithfulness = (name: MeasureName, effects: Effects, toSubjects: (paid: Float64Array) => Float64Array) => {
    const { reliability, rules } = measureFaithfulness(effects, outcomes, rows, toSubjects, resampling, name)
    return measureOf(name, reliability, rules)
  }
  const alone = (value: Value): Effects => leaveOneOut(trained.everyone, trained.leftOut, value)
  const [toAnswers, toLoss] = [answerValue(given), lossValue(heldOutLabels)]
  const [answers, loss] = [alone(toAnswers), alone(toLoss)]
  const halves = halfValues(trained.halves, toAnswers)
  const ownPay = (paid: Float64Array): Float64Array => paid
  const halfPay = (paid: Float64Array): Float64Array => sumOver(kept, paid)
  const fewer = { ...resampling, replicates: Math.ceil(resampling.replicates / FEWER_DRAWS) }
  return {
    measures: [
      faithfulness('answer worth', answers, ownPay),
      faithfulness('loss worth', loss, ownPay),
      faithfulness('answer worth of halves', halves, halfPay),
      faithfulness('loss worth of halves', halfValues(trained.halves, toLoss), halfPay),
      measureOf(
        'linear datamodelling',
        undefined,
        measureDatamodelling(halves, kept, outcomes, rows.contributors, fewer),
      ),
    ],
    answerWorth: everyAnswer(answers),
    lossWorth: everyAnswer(loss),
  }

  function everyAnswer(effects: Effects): Float64Array {
    return meanEffects(effects, once(given.length), once(counts.seeds))
  }
}

/** Log-odds of the held-out items, in the shape of the plan. */
async function retrainPlan({ subject }: Examined, plan: Plan, options: RetrainOptions) {
  const { everyone, leftOut, halves } = plan
  const all: readonly Retraining[] = [
    ...everyone,
    ...leftOut.flat(),
    ...halves.flatMap(({ retrainings }) => retrainings),
  ]
  const outcomes = await retrainAll(subject, all, options)
  let at = 0
  const take = (count: number): readonly Float64Array[] => {
    at += count
    return outcomes.slice(at - count, at)
  }
  return {
    everyone: take(everyone.length),
    leftOut: leftOut.map((bySeed) => take(bySeed.length)),
    halves: halves.map(({ retrainings }) => take(retrainings.length)),
  }
}

function measureOf(name: MeasureName, reliability: Resampled | undefined, rules: ByRule): Measure {
  const ledger = rules.get('ledger')
  if (ledger === undefined) throw new Error('The ledger’s own rule was not measured')
  return {
    name,
    reliability:
      reliability === undefined
        ? { absent: 'It is taken answer by answer, each over the same halves.' }
        : figureOf(reliability, [0, 1]),
    ceiling:
      reliability === undefined
        ? null
        : figureOf({ ...reliability, estimate: Math.sqrt(reliability.estimate) }).estimate,
    rules: [...rules].map(([rule, resampled]) => ({
      rule,
      figure: figureOf(resampled, CORRELATION),
      ledgerLess: rule === 'ledger' ? null : compared(ledger, resampled),
    })),
  }
}
