import fc from 'fast-check'
import { type Hex, numberToHex } from 'viem'
import type { Contribution } from '../../attribution/unitPlan.ts'

/** A contribution's id, from a number above 0. */
export const idOf = (number: number): Hex => numberToHex(number, { size: 32 })

/** Contributions with so many kept rows, and every third with dropped ones. */
export function contributionsOf(kept: readonly number[]): readonly Contribution[] {
  return kept.map((count, i) => ({
    id: idOf(i + 1),
    kept: count,
    items: Math.max(1, count + (i % 3 === 0 ? 2 : 0)),
  }))
}

/**
 * Kept rows of contributions: none, few, around the bounds, very many; a handful of contributions
 * or thousands.
 */
export const keptCounts: fc.Arbitrary<number[]> = fc.oneof(
  countsOf(fc.constantFrom(0, 1, 2, 15, 16, 17, 331, 332, 1023, 1024, 1025, 2048, 40_000), 20),
  countsOf(fc.integer({ min: 0, max: 3_000 }), 60),
  countsOf(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 40 })), 400),
  // Long lists are repeated from short ones: what matters is how many there are.
  fc
    .tuple(countsOf(fc.integer({ min: 0, max: 100 }), 30), fc.integer({ min: 1, max: 80 }))
    .map(([list, times]) => Array.from({ length: times }, () => list).flat()),
)

function countsOf(count: fc.Arbitrary<number>, most: number): fc.Arbitrary<number[]> {
  return fc.array(count, { minLength: 1, maxLength: most })
}
