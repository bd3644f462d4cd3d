/**
 * How well payouts follow worth, by every rule under the same resamples, so that rules can be compared draw by draw.
 *
 *     faithfulness       Spearman( what the subjects were paid , what they are worth )          contributors, or halves
 *     answer by answer   mean over answers of Spearman( what they were paid for it , worth in it )   contributors
 *     LDS                mean over answers of Spearman( summed scores , ± log-odds )            halves (Park et al. 2023)
 *
 * A draw takes subjects, answers and training seeds anew. Every resampled figure uses the same answers for pay and for worth.
 */

import { drawCounts, drawIndices, type Resampled, type Resampling, resampler } from '../statistics/bootstrap.ts'
import { correlation, ranks, spearman } from '../statistics/ranks.ts'
import { agreement, spearmanBrown } from '../statistics/reliability.ts'
import type { Random } from '../train/math/random.ts'
import type { ExamRows } from './exam.ts'
import type { Outcome, RuleName } from './rules/outcome.ts'
import { type Effects, effectsBySeed, meanEffects, once } from './worth.ts'

export type ByRule = ReadonlyMap<RuleName, Resampled>

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

/** For each answer, what a rule says of the subjects: what they are paid for it, or how their rows score. */
export type ByAnswer = (answer: number) => Float64Array

/**
 * The mean over answers of each answer's own rank correlation. A draw takes answers anew, and subjects for all answers alike.
 */
export function measureByAnswer(
  effects: Effects,
  said: ReadonlyMap<RuleName, ByAnswer>,
  { seed, replicates }: Resampling,
  purpose: string,
): Faithfulness {
  const { subjects, answers, seeds } = effects
  const truth = meansByAnswer(effects)
  const says = [...said.values()].map((of) => truth.map((_, answer) => of(answer)))
  const means = (drawn: Uint32Array, from: Iterable<number>): Float64Array => {
    const sums = new Float64Array(says.length)
    let count = 0
    for (const answer of from) {
      const ranked = ranks(pick(truth[answer] as Float64Array, drawn))
      for (const [rule, ofRule] of says.entries()) {
        const own = correlation(ranks(pick(ofRule[answer] as Float64Array, drawn)), ranked)
        sums[rule] = (sums[rule] as number) + own
      }
      count++
    }
    return sums.map((sum) => sum / count)
  }
  const estimates = means(
    Uint32Array.from({ length: subjects }, (_, i) => i),
    truth.keys(),
  )
  const random = resampler(seed, purpose)
  const draws = Array.from({ length: replicates }, () =>
    means(drawIndices(subjects, random), drawIndices(answers, random)),
  )

  const agreements = truth.map((_, answer) => agreement(seedsOfAnswer(effects, answer)))
  const reliability = (from: Iterable<number>): number =>
    spearmanBrown(
      average(from, (answer) => agreements[answer] as number),
      seeds,
    )
  return {
    reliability: {
      estimate: reliability(truth.keys()),
      replicates: Float64Array.from({ length: replicates }, () => reliability(drawIndices(answers, random))),
    },
    rules: new Map(
      [...said.keys()].map((name, rule) => [
        name,
        {
          estimate: estimates[rule] as number,
          replicates: Float64Array.from(draws, (draw) => draw[rule] as number),
        },
      ]),
    ),
  }
}

function average(indices: Iterable<number>, of: (index: number) => number): number {
  let sum = 0
  let count = 0
  for (const index of indices) {
    sum += of(index)
    count++
  }
  return sum / count
}

/** What each contributor is paid for one answer. */
export function paidFor(rows: Pick<ExamRows, 'cells' | 'contributors'>, { paid }: Outcome): ByAnswer {
  const width = rows.cells.length
  return (answer) => paidTo(rows, paid.subarray(answer * width, (answer + 1) * width), Float64Array.of(1))
}

/** How the rows of each half score for one answer; rules that score nothing are left out. */
export function scoresOfHalves(
  outcomes: readonly Outcome[],
  kept: readonly (readonly number[])[],
  contributors: number,
): ReadonlyMap<RuleName, ByAnswer> {
  return new Map(
    outcomes.flatMap(({ name, scores }) => {
      if (scores === null) return []
      const of: ByAnswer = (answer) =>
        sumOver(kept, scores.subarray(answer * contributors, (answer + 1) * contributors))
      return [[name, of] as const]
    }),
  )
}

/** Sums over each half's contributors: for a payout to halves, or for a prediction of their answers. */
export function sumOver(kept: readonly (readonly number[])[], values: Float64Array): Float64Array {
  return Float64Array.from(kept, (half) => half.reduce((sum, contributor) => sum + (values[contributor] as number), 0))
}

/** Means over seeds, for each answer on its own: one array over the subjects an answer. */
function meansByAnswer(effects: Effects): readonly Float64Array[] {
  return Array.from({ length: effects.answers }, (_, answer) => {
    const seeds = seedsOfAnswer(effects, answer)
    return Float64Array.from(
      { length: effects.subjects },
      (_, subject) => seeds.reduce((sum, values) => sum + (values[subject] as number), 0) / effects.seeds,
    )
  })
}

/** One answer's effects: one array over the subjects a seed. */
function seedsOfAnswer({ seeds, subjects, answers, values }: Effects, answer: number): readonly Float64Array[] {
  return Array.from({ length: seeds }, (_, seed) =>
    Float64Array.from(
      { length: subjects },
      (_, subject) => values[(seed * subjects + subject) * answers + answer] as number,
    ),
  )
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
