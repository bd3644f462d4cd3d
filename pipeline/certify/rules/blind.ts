/** Rules that look at nothing: what any other must beat. */
import { createRandom } from '../../train/math/random.ts'
import type { ExamRows } from '../exam.ts'
import { NO_SCORES, type Rule } from './outcome.ts'

/** K rows drawn anew for every answer, each with the same share. */
export function rowsByLot({ items }: ExamRows, topK: number, seed: number): Rule {
  return {
    name: 'rows by lot',
    scores: () => NO_SCORES,
    shares: (_scores, answer) => {
      const random = createRandom(seed, `rows by lot for answer ${answer}`)
      return Array.from({ length: topK }, () => ({ row: random.below(items.length), share: 1 / topK }))
    },
  }
}

/** Every row alike: what the contracts' rule of equal split pays. */
export function countOfRows({ items }: ExamRows): Rule {
  const shares = items.map((_, row) => ({ row, share: 1 / items.length }))
  return { name: 'count of rows', scores: () => NO_SCORES, shares: () => shares }
}

/** Every contributor alike. */
export function equalSplit({ contributors, contributorOf }: ExamRows): Rule {
  const brought = new Uint32Array(contributors)
  for (const contributor of contributorOf) brought[contributor] = (brought[contributor] as number) + 1
  const shares = Array.from(contributorOf, (contributor, row) => ({
    row,
    share: 1 / (contributors * (brought[contributor] as number)),
  }))
  return { name: 'equal split', scores: () => NO_SCORES, shares: () => shares }
}
