// What a day of traffic is drawn from, all of it from one seeded source.
import type { RandomSource } from '../../attribution/random.ts'

const RANGE = 2 ** 32
/** From this mean on a Poisson number is as good as a rounded normal one. */
const LARGE_MEAN = 60

/** A number of [0, 1). */
export function uniform(next: RandomSource): number {
  return next() / RANGE
}

/** A standard normal number (Box and Muller). */
export function normal(next: RandomSource): number {
  const radius = Math.sqrt(-2 * Math.log(1 - uniform(next)))
  return radius * Math.cos(2 * Math.PI * uniform(next))
}

/** How often something happens that happens `mean` times on average. */
export function poisson(next: RandomSource, mean: number): number {
  if (mean > LARGE_MEAN) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(next)))
  const end = Math.exp(-mean)
  let count = 0
  for (let left = uniform(next); left > end; left *= uniform(next)) count++
  return count
}

/** `value` rounded up or down, so that it is right on average. */
export function roundedAtRandom(next: RandomSource, value: number): number {
  return Math.floor(value) + (uniform(next) < value % 1 ? 1 : 0)
}

/** Shares of `count` things of which the n-th is used as often as 1 / n^exponent (Zipf); they sum to 1. */
export function zipfShares(count: number, exponent: number): Float64Array {
  const shares = Float64Array.from({ length: count }, (_, i) => (i + 1) ** -exponent)
  const total = shares.reduce((sum, share) => sum + share, 0)
  return shares.map((share) => share / total)
}

/** Running sums, to draw from with `drawFrom`. */
export function cumulated(shares: Float64Array): Float64Array {
  let sum = 0
  return shares.map((share) => {
    sum += share
    return sum
  })
}

/** Which thing a draw hits, by its share. */
export function drawFrom(next: RandomSource, sums: Float64Array): number {
  const hit = uniform(next) * (sums.at(-1) ?? 0)
  let [low, high] = [0, sums.length - 1]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((sums[middle] as number) > hit) high = middle
    else low = middle + 1
  }
  return low
}
