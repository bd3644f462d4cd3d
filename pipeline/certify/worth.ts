/**
 * What contributors are worth, by training without them.
 *
 *     answer worth of c   mean over answers of   ± (log-odds trained with everyone − log-odds trained without c)
 *     loss worth of c     mean over answers of   loss trained without c − loss trained with everyone
 *     worth of a half     the same ± log-odds, and minus the loss, of what is trained on that half alone
 *
 * ± is the sign of the answer that was given, right or wrong: a fee pays for an answer. log-odds (seeds, answers) → effects
 * (seeds, subjects, answers), in nats.
 */
import { crossEntropy } from '../train/lora/fineTune.ts'

/** values (seeds, subjects, answers): what including a subject does to each answer. */
export interface Effects {
  readonly seeds: number
  readonly subjects: number
  readonly answers: number
  readonly values: Float64Array
}

/** How good one log-odds is for one answer: the two truths differ in nothing else. */
export type Value = (logOdds: number, answer: number) => number

/** @param given For each answer 1 or −1: the sign of the log-odds that it was given by. */
export function answerValue(given: Int8Array): Value {
  return (logOdds, answer) => (given[answer] as number) * logOdds
}

export function lossValue(labels: Uint8Array): Value {
  return (logOdds, answer) => -crossEntropy(logOdds, labels[answer] as number)
}

/**
 * What is lost when a contributor is left out.
 * @param everyone Log-odds by seed.
 * @param leftOut Log-odds by contributor, then by seed.
 */
export function leaveOneOut(
  everyone: readonly Float64Array[],
  leftOut: readonly (readonly Float64Array[])[],
  value: Value,
): Effects {
  return effectsOf(leftOut, (logOdds, seed, answer) => {
    const withEveryone = (everyone[seed] as Float64Array)[answer] as number
    return value(withEveryone, answer) - value(logOdds, answer)
  })
}

/** How good the answers of each half are. */
export function halfValues(halves: readonly (readonly Float64Array[])[], value: Value): Effects {
  return effectsOf(halves, (logOdds, _seed, answer) => value(logOdds, answer))
}

function effectsOf(
  outcomes: readonly (readonly Float64Array[])[],
  effect: (logOdds: number, seed: number, answer: number) => number,
): Effects {
  const seeds = outcomes[0]?.length ?? 0
  const subjects = outcomes.length
  const answers = outcomes[0]?.[0]?.length ?? 0
  const values = new Float64Array(seeds * subjects * answers)
  let at = 0
  for (let seed = 0; seed < seeds; seed++)
    for (const bySeed of outcomes)
      for (const [answer, logOdds] of (bySeed[seed] as Float64Array).entries())
        values[at++] = effect(logOdds, seed, answer)
  return { seeds, subjects, answers, values }
}

/** Mean effect of every subject, each answer and each seed counted so often: (subjects). */
export function meanEffects(
  { seeds, subjects, answers, values }: Effects,
  answerCounts: Float64Array,
  seedCounts: Float64Array,
): Float64Array {
  const means = new Float64Array(subjects)
  for (let seed = 0; seed < seeds; seed++) {
    const times = (seedCounts[seed] as number) / (seeds * answers)
    if (times === 0) continue
    for (let subject = 0; subject < subjects; subject++) {
      const from = (seed * subjects + subject) * answers
      let sum = 0
      for (let q = 0; q < answers; q++) sum += (answerCounts[q] as number) * (values[from + q] as number)
      means[subject] = (means[subject] as number) + times * sum
    }
  }
  return means
}

/** Each answer, or seed, once. */
export const once = (count: number): Float64Array => new Float64Array(count).fill(1)

/** Mean effect of every subject by each seed alone. */
export function effectsBySeed(effects: Effects): readonly Float64Array[] {
  return Array.from({ length: effects.seeds }, (_, seed) => {
    const only = new Float64Array(effects.seeds)
    only[seed] = effects.seeds
    return meanEffects(effects, once(effects.answers), only)
  })
}
