// Duplicates, as `findDuplicates` finds them, without comparing codes one by one: every row is a query to those kept before it.
//
// rows in order of acceptance (n × k codes) → for each, the row whose cluster it joined, or none.

import type { ContributedRow } from '../duplicates.ts'
import { packSketch } from '../sketch.ts'
import { createSketchStore } from './sketchStore.ts'

/** `findDuplicates`, to the row. */
export function findDuplicatesFast(accepted: readonly ContributedRow[]): ReadonlyMap<number, number> {
  const duplicateOf = new Map<number, number>()
  const [first] = accepted
  if (first === undefined) return duplicateOf
  const store = createSketchStore(first.codes.length, accepted.length)
  const kept: ContributedRow[] = []
  for (const row of accepted) {
    const earlier = firstElsewhere(store.duplicatesOf(row.codes), kept, row.contribution)
    if (earlier) duplicateOf.set(row.row, earlier.row)
    else {
      store.add(packSketch(row.codes))
      kept.push(row)
    }
  }
  return duplicateOf
}

function firstElsewhere(
  positions: Iterable<number>,
  kept: readonly ContributedRow[],
  contribution: string,
): ContributedRow | undefined {
  for (const position of positions) {
    const earlier = kept[position] as ContributedRow
    if (earlier.contribution !== contribution) return earlier
  }
  return undefined
}
