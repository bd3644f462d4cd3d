/** Draws that a shuffle, a split and an initialisation need, from the house's one seeded source. Not for secrets. */
import { randomSource } from '../../attribution/random.ts'

export interface Random {
  /** A float in [0, 1), a multiple of 2^-32. */
  readonly uniform: () => number
  /** An integer in [0, bound), without bias. */
  readonly below: (bound: number) => number
}

const WORDS = 4_294_967_296

/** One seed gives unrelated streams for different purposes, so that a change in one does not move the others. */
export function createRandom(seed: number, purpose: string): Random {
  let stream = 0
  for (let i = 0; i < purpose.length; i++) stream = (Math.imul(stream, 31) + purpose.charCodeAt(i)) | 0
  const word = randomSource(seed, stream)
  return {
    uniform: () => word() / WORDS,
    below: (bound) => {
      const limit = WORDS - (WORDS % bound)
      let drawn = word()
      while (drawn >= limit) drawn = word()
      return drawn % bound
    },
  }
}

/** A new array in random order (Fisher and Yates). */
export function shuffled<T>(values: readonly T[], random: Random): T[] {
  const order = [...values]
  for (let i = order.length - 1; i > 0; i--) {
    const j = random.below(i + 1)
    const held = order[i] as T
    order[i] = order[j] as T
    order[j] = held
  }
  return order
}
