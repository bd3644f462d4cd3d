import type { ExpectedSlot } from '../storage/expectedSlot.ts'
import { mappedSlot, packed, plainSlot } from '../storage/words.ts'
import type { EvaluationsWorld } from '../world/evaluations.ts'
import { expectTold, type Handlers, type Step } from './step.ts'

interface Rated {
  readonly batch: bigint
  readonly position: bigint
  readonly model: number
  readonly feeGwei: bigint
  readonly stars: bigint
}

const [COUNT, RATINGS, STARS] = [0, 1, 2]

export const evaluationHandlers: Handlers = {
  evaluationRecorded: (step, { evaluation }) => {
    const { world } = step
    expectTold(step, 'Evaluations are not numbered one after the other', evaluation, world.evaluations + 1n)
    world.evaluations += 1n
  },
  inferenceRated: (step, row) => rate(step, row, 1n),
  ratingDropped: (step, row) => rate(step, row, -1n),
}

export function* evaluationSlots({ evaluations, ratings, stars }: EvaluationsWorld): Iterable<ExpectedSlot> {
  const contract = 'evaluations'
  yield { contract, slot: plainSlot(COUNT), word: evaluations, subject: 'number of evaluations' }
  for (const [model, { count, feesGwei, starsGwei, at }] of ratings) {
    const word = packed([count, 64], [feesGwei, 64], [starsGwei, 128])
    yield { contract, slot: mappedSlot(RATINGS, model), word, subject: `ratings of model ${model}`, at }
  }
  for (const { batch, place, word, at } of stars.values()) {
    yield { contract, slot: mappedSlot(STARS, batch, place), word, subject: `stars of batch ${batch}`, at }
  }
}

function rate({ world, at }: Step, { batch, position, model, feeGwei, stars }: Rated, sign: bigint): void {
  const before = world.ratings.get(model) ?? { count: 0n, feesGwei: 0n, starsGwei: 0n }
  world.ratings.set(model, {
    count: before.count + sign,
    feesGwei: before.feesGwei + sign * feeGwei,
    starsGwei: before.starsGwei + sign * feeGwei * stars,
    at,
  })
  const place = position >> 6n
  const key = `${batch}/${place}`
  const word = (world.stars.get(key)?.word ?? 0n) ^ (stars << ((position & 63n) << 2n))
  world.stars.set(key, { batch, place, word, at })
}
