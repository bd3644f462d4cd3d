import { bytesToHex, type Hex } from 'viem'
import { type RandomSource, randomSource } from '../../attribution/random.ts'

/** What a campaign draws at random, from its seed. */
export interface Draw {
  /** From 0 to below `n`. */
  below(n: number): number
  pick<T>(from: readonly T[]): T
  hash(): Hex
}

export function drawFrom(seed: number, stream: number): Draw {
  const random: RandomSource = randomSource(seed, stream)
  const below = (n: number): number => random() % n
  return {
    below,
    pick: (from) => {
      const drawn = from[below(from.length)]
      if (drawn === undefined) throw new RangeError('There is nothing to draw from')
      return drawn
    },
    hash: () => bytesToHex(Uint8Array.from({ length: 32 }, () => random() >>> 24)),
  }
}
