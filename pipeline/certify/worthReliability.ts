/** How far a measured worth can be relied on: what no rule can be expected to exceed follows from it. */
import { drawIndices, type Resampled, type Resampling, resampler } from '../statistics/bootstrap.ts'
import { spearman } from '../statistics/ranks.ts'
import { agreement, spearmanBrown } from '../statistics/reliability.ts'
import { average, pick, pickIndices } from './picks.ts'
import { type Effects, effectsBySeed, meanEffects } from './worth.ts'

export interface Reliability {
  /** Of the worth itself, over its training seeds. */
  readonly reliability: Resampled
  /** The same over its answers too: how far it carries over to others. */
  readonly carriesOver: Resampled
}

/** Into how many pairs of halves the answers are divided. */
const DIVISIONS = 20

/**
 * Of the mean worth: over all seeds, from how far the worth by one seed agrees with that by another; and over answers too, from
 * how far the worth in half of the answers, by half of the seeds, agrees with that in the other half, by the others.
 */
export function measureReliability(
  effects: Effects,
  among: Uint32Array,
  { seed, replicates }: Resampling,
  purpose: string,
): Reliability {
  const bySeed = effectsBySeed(effects)
  const random = resampler(seed, `${purpose}, reliability`)
  const halved = Array.from({ length: effects.seeds < 2 ? 0 : DIVISIONS }, () => {
    const [answers, seeds] = [halfOf(effects.answers, random), halfOf(effects.seeds, random)]
    const other = (counts: Float64Array): Float64Array => counts.map((count) => 1 - count)
    return [meanEffects(effects, answers, seeds), meanEffects(effects, other(answers), other(seeds))] as const
  })
  const overSeeds = (subjects: Uint32Array): number =>
    spearmanBrown(agreement(bySeed.map((worth) => pick(worth, subjects))), effects.seeds)
  const overAnswers = (subjects: Uint32Array): number =>
    spearmanBrown(
      average(halved.keys(), (i) => {
        const [one, other] = halved[i] as (typeof halved)[number]
        return spearman(pick(one, subjects), pick(other, subjects))
      }),
      2,
    )
  const resampled = (over: (subjects: Uint32Array) => number): Resampled => ({
    estimate: over(among),
    replicates: Float64Array.from({ length: replicates }, () =>
      over(pickIndices(among, drawIndices(among.length, random))),
    ),
  })
  return { reliability: resampled(overSeeds), carriesOver: resampled(overAnswers) }
}

/** 1 of a random half, 0 of the others. */
function halfOf(count: number, random: { readonly below: (count: number) => number }): Float64Array {
  const left = Array.from({ length: count }, (_, i) => i)
  const half = new Float64Array(count)
  for (let i = 0; i < Math.floor(count / 2); i++) half[left.splice(random.below(left.length), 1)[0] as number] = 1
  return half
}
