// Duplicates, as `findDuplicates` finds them, without comparing codes one by one: every row is a query to those kept before it.
//
// rows in order of acceptance (n × k codes) → for each, the row whose cluster it joined, or none.

import type { SketchedRow } from '../duplicates.ts'
import { packSketch } from '../sketch.ts'
import { createSketchStore } from './sketchStore.ts'

/** `findDuplicates`, to the row. */
export function findDuplicatesFast(accepted: readonly SketchedRow[]): ReadonlyMap<number, number> {
  const duplicateOf = new Map<number, number>()
  const [first] = accepted
  if (first === undefined) return duplicateOf
  const store = createSketchStore(first.codes.length, accepted.length)
  const kept: SketchedRow[] = []
  for (const row of accepted) {
    const [earliest] = store.duplicatesOf(row.codes)
    if (earliest !== undefined) duplicateOf.set(row.row, (kept[earliest] as SketchedRow).row)
    else {
      store.add(packSketch(row.codes))
      kept.push(row)
    }
  }
  return duplicateOf
}
