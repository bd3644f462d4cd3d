import type { Examined } from '../../../pipeline/certify/examine.ts'
import { DEFAULT_WORTH_COUNTS, planRetrainings } from '../../../pipeline/certify/retrain/plan.ts'
import { type RetrainOptions, retrainAll } from '../../../pipeline/certify/retrain/retrain.ts'
import {
  answerValue,
  effectsBySeed,
  halfValues,
  leaveOneOut,
  lossValue,
  meanEffects,
  once,
} from '../../../pipeline/certify/worth.ts'
import { agreement, spearmanBrown } from '../../../pipeline/statistics/reliability.ts'

/** What contributors, and random halves of them, are worth, by the retrainings of a certificate. */
export interface Truth {
  /** By contributor. */
  readonly answer: Float64Array
  readonly loss: Float64Array
  /** √reliability of the answer worth: beyond that no rule can be expected to follow it. */
  readonly ceiling: number
  readonly lossCeiling: number
  /** Contributors of every half, and what the half is worth. */
  readonly halves: readonly (readonly number[])[]
  readonly halfAnswer: Float64Array
}

export async function measureTruth(examined: Examined, seed: number, options: RetrainOptions): Promise<Truth> {
  const { rows, subject, given, heldOutLabels } = examined
  const { everyone, leftOut, halves } = planRetrainings(rows.contributors, seed, DEFAULT_WORTH_COUNTS)
  const retrained = async <T>(groups: readonly T[], of: (group: T) => Parameters<typeof retrainAll>[1]) => {
    const outcomes = [...(await retrainAll(subject, groups.flatMap(of), options))]
    return groups.map((group) => outcomes.splice(0, of(group).length))
  }
  const [all = []] = await retrained([everyone], (retrainings) => retrainings)
  const without = await retrained(leftOut, (bySeed) => bySeed)
  const kept = await retrained(halves, ({ retrainings }) => retrainings)
  const answers = leaveOneOut(all, without, answerValue(given))
  const losses = leaveOneOut(all, without, lossValue(heldOutLabels))
  const ofHalves = halfValues(kept, answerValue(given))
  const mean = (effects: typeof answers): Float64Array =>
    meanEffects(effects, once(effects.answers), once(effects.seeds))
  const ceilingOf = (effects: typeof answers): number =>
    Math.sqrt(spearmanBrown(agreement(effectsBySeed(effects)), effects.seeds))
  return {
    answer: mean(answers),
    loss: mean(losses),
    ceiling: ceilingOf(answers),
    lossCeiling: ceilingOf(losses),
    halves: halves.map((half) => half.kept),
    halfAnswer: mean(ofHalves),
  }
}
