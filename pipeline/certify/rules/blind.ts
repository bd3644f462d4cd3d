/** A rule that looks at nothing: what luck alone would reach. */
import { createRandom } from '../../math/random.ts'
import type { CertifiedRows } from '../certificationSet.ts'
import { NO_SCORES, type RowRule } from './outcome.ts'
import { TOP_ROWS } from './shares.ts'

/** Rows drawn anew for every answer, each with the same share. */
export function rowsByLot({ items }: CertifiedRows, seed: number): RowRule {
  return {
    name: 'random rows',
    scores: () => NO_SCORES,
    shares: (_scores, answer) => {
      const random = createRandom(seed, `random rows for answer ${answer}`)
      return Array.from({ length: TOP_ROWS }, () => ({ row: random.below(items.length), share: 1 / TOP_ROWS }))
    },
  }
}
