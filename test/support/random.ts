/** Seeded randomness (mulberry32): the same seed makes the same scenario. */
export interface Random {
  /** From 0 to below `n`. */
  below(n: number): number
  pick<T>(from: readonly T[]): T
  /** The same in another order, every order being as likely. */
  shuffled<T>(all: readonly T[]): readonly T[]
  hex(bytes: number): `0x${string}`
}

export function randomOf(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (n: number) => Math.floor(next() * n)
  return {
    below,
    pick: (from) => {
      const chosen = from[below(from.length)]
      if (chosen === undefined) throw new RangeError('Nothing to pick from')
      return chosen
    },
    shuffled: (all) => {
      const left = [...all]
      return all.flatMap(() => left.splice(below(left.length), 1))
    },
    hex: (bytes) => `0x${Array.from({ length: bytes }, () => below(256).toString(16).padStart(2, '0')).join('')}`,
  }
}
