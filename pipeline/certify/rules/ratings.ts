/**
 * What ratings would add if they weighed pay: net influence over a book whose query sum counts an answer that its payer found right
 * as it is and one found wrong turned around, `Q = Σ ± q_a`. The fees are those of all answers.
 *
 * The contracts do not pay so: there a rating counts towards a model's mean alone (docs/decisions/041-ratings-weigh-fees.md). Nobody
 * rates here, so ratings are drawn: right answers well and wrong ones badly, but for one in ten.
 */
import { createRandom } from '../../math/random.ts'
import { isRight } from '../../train/lora/scale.ts'
import type { CertifiedRows } from '../certificationSet.ts'
import type { SketchedModel } from '../paidModel.ts'
import type { ReproducedRun } from '../reproduceRun.ts'
import { bookSums, payContributions, REFERENCE_TERMS, spread } from './books.ts'
import type { Outcome } from './outcome.ts'

/** Of ratings, those that say the opposite of what is true. */
export const RATED_WRONGLY = 0.1

/** 1 of each answer that is rated well, −1 of each rated badly. */
export function drawRatings(
  {
    input,
    answered,
    heldOutLabels,
  }: Pick<ReproducedRun, 'answered' | 'heldOutLabels'> & {
    readonly input: Pick<ReproducedRun['input'], 'scale'>
  },
  seed: number,
): Int8Array {
  const random = createRandom(seed, 'ratings')
  return Int8Array.from(answered, (answer, i) => {
    const rating = isRight(input.scale, answer, heldOutLabels[i] as number) ? 1 : -1
    return random.uniform() < RATED_WRONGLY ? -rating : rating
  })
}

export function ratedOutcome(model: SketchedModel, rows: CertifiedRows, ratings: Int8Array): Outcome {
  const sumOf = bookSums(model, ratings)
  return {
    name: 'net influence, rated',
    pay: (counts) => spread(payContributions(model, REFERENCE_TERMS, sumOf(counts), rows.contributors), rows),
    scores: null,
  }
}
