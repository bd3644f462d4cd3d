// Near-copies as `findCopies` and `findKeptCopies` find them, without comparing codes one by one:
// every row is a query to those before it.
//
// codes (n × k) → rows with the first earlier one that they reach.

import { type Copies, DROP_PERCENT, KEPT_PERCENT } from '../nearCopies.ts'
import { packSketch } from '../sketch.ts'
import { type CodeStore, createCodeStore } from './codeStore.ts'

/** `findCopies`, to the row. */
export function findCopiesFast(accepted: readonly Int8Array[]): Copies {
  const store = storeFor(accepted)
  const kept: number[] = []
  const copies = new Map<number, number>()
  accepted.forEach((codes, row) => {
    const first = firstNear(store, codes, DROP_PERCENT)
    if (first !== undefined) {
      copies.set(row, kept[first] as number)
      return
    }
    store?.add(packSketch(codes))
    kept.push(row)
  })
  return copies
}

/** `findKeptCopies`, to the row. */
export function findKeptCopiesFast(kept: readonly Int8Array[]): Copies {
  const store = storeFor(kept)
  const copies = new Map<number, number>()
  kept.forEach((codes, row) => {
    const first = firstNear(store, codes, KEPT_PERCENT)
    if (first !== undefined) copies.set(row, first)
    store?.add(packSketch(codes))
  })
  return copies
}

/** Room for all rows; nothing where there are none. */
function storeFor(rows: readonly Int8Array[]): CodeStore | undefined {
  return rows[0] && createCodeStore(rows[0].length, rows.length)
}

function firstNear(store: CodeStore | undefined, codes: Int8Array, percent: number): number | undefined {
  for (const position of store?.near(codes, percent) ?? []) return position
  return undefined
}
