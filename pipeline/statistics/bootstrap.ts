/**
 * The bootstrap (Efron, 1979): what a figure would have been had others of the same kind been drawn.
 *
 * Resampling adds noise of its own, which pulls every correlation towards zero. So an interval holds the middle 95 % of the
 * replicates, moved by the estimate less their median.
 */
import { createRandom, type Random } from '../math/random.ts'

export interface Interval {
  readonly estimate: number
  readonly low: number
  readonly high: number
}

/** A figure, and the same figure over every resample; `replicates[i]` of two figures come from the same draw. */
export interface Resampled {
  readonly estimate: number
  readonly replicates: Float64Array
}

/** How many resamples, and what they are drawn with. */
export interface Resampling {
  readonly seed: number
  readonly replicates: number
}

const TAIL = 0.025

/** A source of draws for one purpose: the same seed and purpose give the same resamples. */
export function resampler(seed: number, purpose: string): Random {
  return createRandom(seed, `bootstrap ${purpose}`)
}

/** As many indices below `count` as there are, drawn with replacement. */
export function drawIndices(count: number, random: Random): Uint32Array {
  return Uint32Array.from({ length: count }, () => random.below(count))
}

/** How often each index below `count` is drawn in a resample. */
export function drawCounts(count: number, random: Random): Float64Array {
  const counts = new Float64Array(count)
  for (let i = 0; i < count; i++) {
    const drawn = random.below(count)
    counts[drawn] = (counts[drawn] as number) + 1
  }
  return counts
}

/** The 95 % interval; within `bounds`, where the figure has any. */
export function intervalOf(
  { estimate, replicates }: Resampled,
  bounds: readonly [number, number] = [-Infinity, Infinity],
): Interval {
  const finite = replicates.filter(Number.isFinite).sort()
  const moved = (share: number): number => {
    const value = quantile(finite, share) + estimate - quantile(finite, 0.5)
    return Math.min(bounds[1], Math.max(bounds[0], value))
  }
  return { estimate, low: moved(TAIL), high: moved(1 - TAIL) }
}

/** One figure less another, draw by draw. */
export function difference(a: Resampled, b: Resampled): Resampled {
  return {
    estimate: a.estimate - b.estimate,
    replicates: a.replicates.map((value, i) => value - (b.replicates[i] as number)),
  }
}

/** The quantile of ascending values, between two by their distance; NaN of none. */
export function quantile(ascending: Float64Array, share: number): number {
  if (ascending.length === 0) return Number.NaN
  const at = share * (ascending.length - 1)
  const low = ascending[Math.floor(at)] as number
  const high = ascending[Math.ceil(at)] as number
  return low + (high - low) * (at - Math.floor(at))
}
