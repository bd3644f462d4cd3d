/** Retrains, and holds every rule's payouts against what that says of contributors: the heart of a certificate. */

import { squaredLength } from '../../attribution/vectors.ts'
import { createRandom } from '../math/random.ts'
import type { Resampling } from '../statistics/bootstrap.ts'
import { groupsOf } from '../statistics/kMeans.ts'
import type { Measure, MeasureName } from './certificate.ts'
import { compared, figureOf, rounded } from './figures.ts'
import {
  everyIndex,
  type Faithfulness,
  measureByAnswer,
  measureFaithfulness,
  paidFor,
  type Question,
  scoresOfHalves,
  sumOver,
} from './measures.ts'
import type { SketchedModel } from './paidModel.ts'
import type { ReproducedRun } from './reproduceRun.ts'
import { planRetrainings, type WorthCounts } from './retrain/plan.ts'
import { type RetrainOptions, retrainPlan } from './retrain/retrain.ts'
import { type Outcome, REFERENCE } from './rules/outcome.ts'
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
const KINDS_OF_TRAFFIC = 4
/** Of all answers, the part below which a kind of them is none. */
const LEAST_TRAFFIC = 0.05

export async function measureWorth(
  run: ReproducedRun,
  model: SketchedModel,
  outcomes: readonly Outcome[],
  seed: number,
  counts: WorthCounts,
  resampling: Resampling,
  options: RetrainOptions,
): Promise<Worth> {
  const { rows, given, heldOutLabels, input } = run
  const plan = planRetrainings(rows.contributors, seed, counts)
  const trained = await retrainPlan(run.input, plan, options)
  const kept = plan.halves.map((half) => half.kept)

  const alone = (value: Value): Effects => leaveOneOut(trained.everyone, trained.leftOut, value)
  const [toAnswers, toLoss] = [answerValue(input.scale, given), lossValue(input.scale, heldOutLabels)]
  const [answers, loss] = [alone(toAnswers), alone(toLoss)]
  const halves = halfValues(trained.halves, toAnswers)

  const everyAnswer = [everyIndex(given.length)]
  const everyone = everyIndex(rows.contributors)
  const ownRows = everyone.filter((contributor) => !copiersOf(model, run).has(contributor))
  const toOwn = (paid: Float64Array): Float64Array => paid
  const toHalves = (paid: Float64Array): Float64Array => sumOver(kept, paid)
  const ofContributors = (
    effects: Effects,
    among = everyone,
    books: readonly Uint32Array[] = everyAnswer,
  ): Question => ({
    effects,
    toSubjects: toOwn,
    among,
    books,
  })
  const ofHalves = (effects: Effects): Question => ({
    effects,
    toSubjects: toHalves,
    among: everyIndex(kept.length),
    books: everyAnswer,
  })
  const faithfulness = (name: MeasureName, question: Question) => () =>
    measureOf(name, measureFaithfulness(question, outcomes, rows, resampling, name))
  const fewer = { ...resampling, replicates: Math.ceil(resampling.replicates / FEWER_DRAWS) }
  const byAnswer = (name: MeasureName, effects: Effects, said: Parameters<typeof measureByAnswer>[1]) => () =>
    measureOf(name, measureByAnswer(effects, said, fewer, name))

  const paid = new Map(outcomes.map((outcome) => [outcome.name, paidFor(rows, outcome, given.length)]))
  const withoutCopiers = ownRows.length < everyone.length
  const measures: readonly (() => Measure)[] = [
    faithfulness('answer worth', ofContributors(answers)),
    ...(withoutCopiers ? [faithfulness('answer worth, without copiers', ofContributors(answers, ownRows))] : []),
    faithfulness('loss worth', ofContributors(loss)),
    ...(withoutCopiers ? [faithfulness('loss worth, without copiers', ofContributors(loss, ownRows))] : []),
    faithfulness('answer worth of halves', ofHalves(halves)),
    faithfulness('loss worth of halves', ofHalves(halfValues(trained.halves, toLoss))),
    faithfulness('answer worth, one kind of traffic', ofContributors(answers, everyone, kindsOfTraffic(model, seed))),
    byAnswer('answer by answer', answers, paid),
    byAnswer('linear datamodelling', halves, scoresOfHalves(outcomes, kept, rows.contributors)),
  ]
  const overAll = (effects: Effects): Float64Array => meanEffects(effects, once(given.length), once(counts.seeds))
  return {
    measures: measures.map((measure, done) => {
      options.onProgress?.({ step: 'Measure', done, total: measures.length })
      return measure()
    }),
    answerWorth: overAll(answers),
    lossWorth: overAll(loss),
  }
}

/** Contributors less than half of whose rows were kept. */
function copiersOf({ copies }: SketchedModel, { rows }: ReproducedRun): ReadonlySet<number> {
  const [brought, dropped] = [new Uint32Array(rows.contributors), new Uint32Array(rows.contributors)]
  for (const [row, contributor] of rows.contributorOf.entries()) {
    brought[contributor] = (brought[contributor] as number) + 1
    if (copies.has(row)) dropped[contributor] = (dropped[contributor] as number) + 1
  }
  return new Set([...brought.keys()].filter((c) => 2 * (dropped[c] as number) > (brought[c] as number)))
}

/** Answers in groups that were moved alike, each as if nothing else were asked. */
function kindsOfTraffic({ answers }: SketchedModel, seed: number): readonly Uint32Array[] {
  const directions = answers.map(({ mapped }) => {
    const length = Math.sqrt(squaredLength(mapped)) || 1
    return mapped.map((x) => x / length)
  })
  const groups = groupsOf(directions, KINDS_OF_TRAFFIC, createRandom(seed, 'kinds of traffic'))
  const all = everyIndex(answers.length)
  return Array.from({ length: KINDS_OF_TRAFFIC }, (_, kind) => all.filter((answer) => groups[answer] === kind)).filter(
    ({ length }) => length > 1 && length >= LEAST_TRAFFIC * answers.length,
  )
}

function measureOf(
  name: MeasureName,
  { reliability, carriesOver, rules }: Omit<Faithfulness, 'carriesOver'> & Partial<Pick<Faithfulness, 'carriesOver'>>,
): Measure {
  const reference = rules.get(REFERENCE)
  const equal = rules.get('equal split')
  if (reference === undefined) throw new Error('Net influence was not measured')
  return {
    name,
    reliability: figureOf(reliability, [0, 1]),
    ceiling: rounded(Math.sqrt(reliability.estimate)),
    ceilingOverAnswers: carriesOver === undefined ? null : rounded(Math.sqrt(carriesOver.estimate)),
    rules: [...rules].map(([rule, resampled]) => ({
      rule,
      figure: figureOf(resampled, CORRELATION),
      referenceLess: rule === REFERENCE ? null : compared(reference, resampled),
      lessEqualSplit: rule === 'equal split' || equal === undefined ? null : compared(resampled, equal),
    })),
  }
}
