// Explanations over a row index of any size: `explain`, to the row, with all rows' terms in
// WebAssembly.
//
// query (k), signs or int4 codes → the best rows for and against.

import type { Explanation, RowTerm } from '../explanation.ts'
import type { IndexRow } from '../rowIndex.ts'
import { createCodeStore, type Ranked } from './codeStore.ts'

export type Explainer = (query: Int8Array, count: number) => Explanation

/** Lays out the rows of a row index for explanations. */
export function explainerOf(
  units: readonly (readonly Pick<IndexRow, 'multiplier' | 'sketch'>[])[],
  k: number,
): Explainer {
  const store = createCodeStore(
    k,
    units.reduce((sum, rows) => sum + rows.length, 0),
  )
  const starts: number[] = []
  let next = 0
  for (const rows of units) {
    const sketches = new Uint8Array((rows.length * k) / 2)
    rows.forEach(({ sketch }, i) => {
      sketches.set(sketch, (i * k) / 2)
    })
    store.add(
      sketches,
      Uint16Array.from(rows, ({ multiplier }) => multiplier),
    )
    starts.push(next)
    next += rows.length
  }

  const placed = ({ position, term }: Ranked): RowTerm => {
    const unit = starts.findLastIndex((start) => start <= position)
    return { unit, row: position - (starts[unit] as number), term }
  }
  return (query, count) => {
    const best = store.best(query, count)
    return { for: best.for.map(placed), against: best.against.map(placed) }
  }
}
