// Attribution over an index of any size: `attribute` to the last bit, with all rows' dot products in WebAssembly.
//
// 1,000,000 rows of 256 codes take some 20 ms on one core; `npm run bench:attribution`.

import { type CreditedRow, MAX_TOP_K, weigh } from '../attribution.ts'
import { MalformedError } from '../malformed.ts'
import { createSketchStore } from './sketchStore.ts'

/** query codes (k) → up to K (row, score, weight); none where K is 0, as of a model that pays by another rule. */
export type Attributor = (query: Int8Array, topK: number) => readonly CreditedRow[]

/** Lays out the rows that can be credited, in any order, each row once. */
export function attributorOf(
  entries: readonly { readonly row: number; readonly sketch: Uint8Array }[],
  dims: number,
): Attributor {
  const ordered = [...entries].sort((a, b) => a.row - b.row)
  const store = createSketchStore(dims, ordered.length)
  for (const { sketch } of ordered) store.add(sketch)
  const rows = Uint32Array.from(ordered, ({ row }) => row)
  return (query, topK) => {
    checkTopK(topK)
    if (topK === 0) return []
    return weigh(store.top(query, topK).map(({ position, score }) => ({ row: rows[position] as number, score })))
  }
}

function checkTopK(topK: number): void {
  if (Number.isInteger(topK) && topK >= 0 && topK <= MAX_TOP_K) return
  throw new MalformedError(
    `An answer cannot be attributed to ${topK} rows`,
    { topK },
    `Ask for at most ${MAX_TOP_K}, as the model is registered.`,
  )
}
