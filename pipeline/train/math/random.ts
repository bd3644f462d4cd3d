/**
 * Seeded randomness: xoshiro128** (Blackman and Vigna, 2018), its state filled by splitmix32. Integer arithmetic only, so a
 * seed means the same draws on every machine. Nothing secret may be drawn from it.
 */

export interface Random {
  /** An integer in [0, 2^32). */
  readonly word: () => number
  /** A float in [0, 1), a multiple of 2^-32. */
  readonly uniform: () => number
  /** An integer in [0, bound), without bias. */
  readonly below: (bound: number) => number
}

/** Streams of one seed under different purposes do not overlap in any way that matters. */
export function createRandom(seed: number, purpose: string): Random {
  let mixer = seed | 0
  for (let i = 0; i < purpose.length; i++) mixer = Math.imul(mixer ^ purpose.charCodeAt(i), 0x01000193)
  const fill = (): number => {
    mixer = (mixer + 0x9e3779b9) | 0
    let z = mixer
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad)
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
    return z ^ (z >>> 15)
  }
  let a = fill()
  let b = fill()
  let c = fill()
  let d = fill() | 1

  const word = (): number => {
    const result = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9) >>> 0
    const t = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= t
    d = rotateLeft(d, 11)
    return result
  }
  const below = (bound: number): number => {
    const limit = 4_294_967_296 - (4_294_967_296 % bound)
    let drawn = word()
    while (drawn >= limit) drawn = word()
    return drawn % bound
  }
  return { word, uniform: () => word() / 4_294_967_296, below }
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

function rotateLeft(x: number, by: number): number {
  return (x << by) | (x >>> (32 - by))
}
