/**
 * How well payouts follow worth, by every rule under the same resamples, so that rules can be compared draw by draw.
 *
 *     faithfulness        Spearman( what the subjects were paid , what they are worth )           contributors, or halves
 *     one kind of traffic mean over kinds of answers of the same, of a book of those answers alone
 *     answer by answer    mean over answers of Spearman( pay of a book of that answer , worth in it )   contributors
 *     LDS                 mean over answers of Spearman( summed scores , ± log-odds )              halves (Park et al. 2023)
 *
 * A draw takes subjects, answers and training seeds anew. Every resampled figure uses the same answers for pay and for worth.
 */
import { drawCounts, drawIndices, type Resampled, type Resampling, resampler } from '../statistics/bootstrap.ts'
import { correlation, ranks, spearman } from '../statistics/ranks.ts'
import { agreement, spearmanBrown } from '../statistics/reliability.ts'
import type { CertifiedRows } from './certificationSet.ts'
import { average, pick, pickIndices } from './picks.ts'
import type { Outcome, RuleName } from './rules/outcome.ts'
import { type Effects, meanEffects, once } from './worth.ts'
import { measureReliability, type Reliability } from './worthReliability.ts'

export type ByRule = ReadonlyMap<RuleName, Resampled>

export interface Faithfulness extends Reliability {
  readonly rules: ByRule
}

/** Sums of shares differ in their last bits; that must not order contributors who were paid the same. */
const PAID_DECIMALS = 1e9

/** What each contributor was paid, in fees, over the answers counted so often: (contributors). */
export function paidTo(
  { cells, contributors }: Pick<CertifiedRows, 'cells' | 'contributors'>,
  { pay }: Pick<Outcome, 'pay'>,
  answerCounts: Float64Array,
): Float64Array {
  const totals = new Float64Array(contributors)
  const paid = pay(answerCounts)
  for (const [cell, { contributor }] of cells.entries())
    totals[contributor] = (totals[contributor] as number) + (paid[cell] as number)
  return totals.map((total) => Math.round(total * PAID_DECIMALS) / PAID_DECIMALS)
}

/** What pay is compared with, and over whom. */
export interface Question {
  readonly effects: Effects
  /** What the subjects were paid, from what each contributor was. */
  readonly toSubjects: (paid: Float64Array) => Float64Array
  /** The subjects that are compared with each other. */
  readonly among: Uint32Array
  /** Answers whose books are paid one by one; one of all answers, or one a kind of traffic. */
  readonly books: readonly Uint32Array[]
}

export function measureFaithfulness(
  question: Question,
  outcomes: readonly Outcome[],
  rows: Pick<CertifiedRows, 'cells' | 'contributors'>,
  { seed, replicates }: Resampling,
  purpose: string,
): Faithfulness {
  const { effects, toSubjects, among, books } = question
  const correlations = (subjects: Uint32Array, counts: readonly Float64Array[], seeds: Float64Array) => {
    const sums = new Float64Array(outcomes.length)
    for (const answers of counts) {
      const worth = pick(meanEffects(effects, answers, seeds), subjects)
      for (const [i, outcome] of outcomes.entries()) {
        const paid = pick(toSubjects(paidTo(rows, outcome, answers)), subjects)
        sums[i] = (sums[i] as number) + spearman(paid, worth) / counts.length
      }
    }
    return sums
  }
  const whole = books.map((answers) => countsOf(answers, effects.answers))
  const estimates = correlations(among, whole, once(effects.seeds))
  const drawn = outcomes.map(() => new Float64Array(replicates))
  const random = resampler(seed, purpose)
  for (let draw = 0; draw < replicates; draw++) {
    const subjects = pickIndices(among, drawIndices(among.length, random))
    const answers = books.map((own) => countsOf(pickIndices(own, drawIndices(own.length, random)), effects.answers))
    const seeds = drawCounts(effects.seeds, random)
    for (const [i, value] of correlations(subjects, answers, seeds).entries()) (drawn[i] as Float64Array)[draw] = value
  }
  return {
    ...measureReliability(effects, among, { seed, replicates }, purpose),
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
): Omit<Faithfulness, 'carriesOver'> {
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
  const estimates = means(everyIndex(subjects), truth.keys())
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

/** What each contributor is paid by a book of one answer. */
export function paidFor(
  rows: Pick<CertifiedRows, 'cells' | 'contributors'>,
  outcome: Outcome,
  answers: number,
): ByAnswer {
  return (answer) => paidTo(rows, outcome, countsOf(Uint32Array.of(answer), answers))
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

export function everyIndex(count: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, i) => i)
}

/** How often each answer is in a list of them. */
function countsOf(answers: Uint32Array, count: number): Float64Array {
  const counts = new Float64Array(count)
  for (const answer of answers) counts[answer] = (counts[answer] as number) + 1
  return counts
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
