/**
 * What contributors are worth, by training without them.
 *
 *     answer worth of c   mean over answers of   margin trained with everyone − margin trained without c
 *     loss worth of c     mean over answers of   loss trained without c − loss trained with everyone
 *     worth of a half     the same margin, and minus the loss, of what is trained on that half alone
 *
 * The margin is the log-odds of the answer that was given, right or wrong: a fee pays for an answer. Of bins of a number it is that of
 * the half that the answer is in. log-odds (seeds, answers, columns) → effects (seeds, subjects, answers), in nats.
 */
import { lossOf, marginOf, rowOf, type Scale } from '../train/lora/scale.ts'

/** values (seeds, subjects, answers): what including a subject does to each answer. */
export interface Effects {
  readonly seeds: number
  readonly subjects: number
  readonly answers: number
  readonly values: Float64Array
}

/** How good a training's log-odds are for one answer: the two truths differ in nothing else. */
export interface Value {
  readonly answers: number
  readonly of: (logOdds: Float64Array, answer: number) => number
}

/** @param given What each answer stands for: its class, or the half of an ordered scale. */
export function answerValue(scale: Scale, given: Uint8Array): Value {
  return {
    answers: given.length,
    of: (logOdds, answer) => marginOf(scale, rowOf(scale, logOdds, answer), given[answer] as number),
  }
}

export function lossValue(scale: Scale, labels: Uint8Array): Value {
  return {
    answers: labels.length,
    of: (logOdds, answer) => -lossOf(scale, rowOf(scale, logOdds, answer), labels[answer] as number),
  }
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
  return effectsOf(
    leftOut,
    value.answers,
    (logOdds, seed, answer) => value.of(everyone[seed] as Float64Array, answer) - value.of(logOdds, answer),
  )
}

/** How good the answers of each half are. */
export function halfValues(halves: readonly (readonly Float64Array[])[], value: Value): Effects {
  return effectsOf(halves, value.answers, (logOdds, _seed, answer) => value.of(logOdds, answer))
}

function effectsOf(
  outcomes: readonly (readonly Float64Array[])[],
  answers: number,
  effect: (logOdds: Float64Array, seed: number, answer: number) => number,
): Effects {
  const seeds = outcomes[0]?.length ?? 0
  const subjects = outcomes.length
  const values = new Float64Array(seeds * subjects * answers)
  let at = 0
  for (let seed = 0; seed < seeds; seed++)
    for (const bySeed of outcomes)
      for (let answer = 0; answer < answers; answer++) values[at++] = effect(bySeed[seed] as Float64Array, seed, answer)
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
