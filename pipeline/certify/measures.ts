/**
 * How well payouts follow worth, by every rule under the same resamples, so that rules can be compared draw by draw.
 *
 *     faithfulness   Spearman( what the subjects were paid , what they are worth )      over contributors, or over halves
 *     LDS            mean over answers of Spearman( summed scores , ± log-odds )        over halves (Park et al. 2023)
 *
 * A draw takes subjects, answers and training seeds anew. Every resampled figure uses the same answers for pay and for worth.
 */

import type { Random } from '../train/math/random.ts'
import type { ExamRows } from './exam.ts'
import type { Outcome, RuleName } from './rules/outcome.ts'
import { drawCounts, drawIndices, type Resampled, resampler } from './statistics/bootstrap.ts'
import { spearman } from './statistics/ranks.ts'
import { agreement, spearmanBrown } from './statistics/reliability.ts'
import { type Effects, effectsBySeed, meanEffects, once } from './worth.ts'

export type ByRule = ReadonlyMap<RuleName, Resampled>

export interface Resampling {
  readonly seed: number
  readonly replicates: number
}

export interface Faithfulness {
  /** Of the worth itself, over its training seeds. */
  readonly reliability: Resampled
  readonly rules: ByRule
}

/** Sums of shares differ in their last bits; that must not order contributors who were paid the same. */
const PAID_DECIMALS = 1e9

/** What each contributor was paid, in fees, over the answers counted so often: (contributors). */
export function paidTo(
  { cells, contributors }: Pick<ExamRows, 'cells' | 'contributors'>,
  paid: Float64Array,
  answerCounts: Float64Array,
): Float64Array {
  const totals = new Float64Array(contributors)
  for (let answer = 0; answer < answerCounts.length; answer++) {
    const times = answerCounts[answer] as number
    if (times === 0) continue
    for (const [cell, { contributor }] of cells.entries())
      totals[contributor] = (totals[contributor] as number) + times * (paid[answer * cells.length + cell] as number)
  }
  return totals.map((total) => Math.round(total * PAID_DECIMALS) / PAID_DECIMALS)
}

/** @param toSubjects What the subjects were paid, from what each contributor was. */
export function measureFaithfulness(
  effects: Effects,
  outcomes: readonly Outcome[],
  rows: Pick<ExamRows, 'cells' | 'contributors'>,
  toSubjects: (paid: Float64Array) => Float64Array,
  { seed, replicates }: Resampling,
  purpose: string,
): Faithfulness {
  const all = Uint32Array.from({ length: effects.subjects }, (_, i) => i)
  const correlations = (subjects: Uint32Array, answers: Float64Array, seeds: Float64Array): readonly number[] => {
    const worth = pick(meanEffects(effects, answers, seeds), subjects)
    return outcomes.map(({ paid }) => spearman(pick(toSubjects(paidTo(rows, paid, answers)), subjects), worth))
  }
  const estimates = correlations(all, once(effects.answers), once(effects.seeds))
  const drawn = outcomes.map(() => new Float64Array(replicates))
  const random = resampler(seed, purpose)
  for (let draw = 0; draw < replicates; draw++) {
    const subjects = drawIndices(effects.subjects, random)
    const answers = drawCounts(effects.answers, random)
    const seeds = drawCounts(effects.seeds, random)
    for (const [i, value] of correlations(subjects, answers, seeds).entries()) (drawn[i] as Float64Array)[draw] = value
  }
  return {
    reliability: measureReliability(effects, all, replicates, random),
    rules: new Map(
      outcomes.map(({ name }, i) => [name, { estimate: estimates[i] as number, replicates: drawn[i] as Float64Array }]),
    ),
  }
}

/** Linear datamodelling score of every rule that scores; resamples answers, and halves for all answers alike. */
export function measureDatamodelling(
  halves: Effects,
  kept: readonly (readonly number[])[],
  outcomes: readonly Outcome[],
  contributors: number,
  { seed, replicates }: Resampling,
): ByRule {
  const truth = byAnswer(halves)
  const scoring = outcomes.flatMap(({ name, scores }) =>
    scores === null ? [] : [{ name, predicted: predictions(scores, kept, contributors, halves.answers) }],
  )
  const all = Uint32Array.from(kept, (_, i) => i)
  const score = (predicted: readonly Float64Array[], subjects: Uint32Array, answers: Iterable<number>): number => {
    let sum = 0
    let count = 0
    for (const answer of answers) {
      sum += spearman(pick(predicted[answer] as Float64Array, subjects), pick(truth[answer] as Float64Array, subjects))
      count++
    }
    return sum / count
  }
  return new Map(
    scoring.map(({ name, predicted }) => {
      const random = resampler(seed, 'linear datamodelling')
      const drawn = Float64Array.from({ length: replicates }, () =>
        score(predicted, drawIndices(kept.length, random), drawIndices(halves.answers, random)),
      )
      return [name, { estimate: score(predicted, all, truth.keys()), replicates: drawn }]
    }),
  )
}

/** Sums over each half's contributors: for a payout to halves, or for a prediction of their answers. */
export function sumOver(kept: readonly (readonly number[])[], values: Float64Array): Float64Array {
  return Float64Array.from(kept, (half) => half.reduce((sum, contributor) => sum + (values[contributor] as number), 0))
}

function predictions(
  scores: Float64Array,
  kept: readonly (readonly number[])[],
  contributors: number,
  answers: number,
): readonly Float64Array[] {
  return Array.from({ length: answers }, (_, answer) =>
    sumOver(kept, scores.subarray(answer * contributors, (answer + 1) * contributors)),
  )
}

/** Means over seeds, for each answer on its own: one array over the subjects an answer. */
function byAnswer(effects: Effects): readonly Float64Array[] {
  return Array.from({ length: effects.answers }, (_, answer) => {
    const only = new Float64Array(effects.answers)
    only[answer] = effects.answers
    return meanEffects(effects, only, once(effects.seeds))
  })
}

/** Of the mean worth over all seeds, from how far the worth by one seed agrees with that by another. */
function measureReliability(effects: Effects, all: Uint32Array, replicates: number, random: Random): Resampled {
  const bySeed = effectsBySeed(effects)
  const over = (subjects: Uint32Array): number =>
    spearmanBrown(agreement(bySeed.map((worth) => pick(worth, subjects))), effects.seeds)
  return {
    estimate: over(all),
    replicates: Float64Array.from({ length: replicates }, () => over(drawIndices(effects.subjects, random))),
  }
}

function pick(values: Float64Array, at: Uint32Array): Float64Array {
  return Float64Array.from(at, (i) => values[i] as number)
}
