// Self-influence: how hard a row pulls at the model by itself, and the rows that pull so hard that they are not credited.
//
//   self_i = ‖r_i‖²             r_i the whitened gradient before it is rounded (k)
//   flagged where  self_i > 4 · mean_j self_j
//
// A row whose label fights all that was learnt from the others has by far the longest gradient (Koh and Liang 2017, section
// 5.4; the flipped-label AUC of every quality certificate). Sketches forget lengths, so what a length tells is used before.
// docs/protocol.md, "Flags"; why so, docs/decisions/020.

import type { Rows } from './matrix.ts'
import { mapGradient, type Sketcher } from './sketcher.ts'
import { squaredLength } from './vectors.ts'

/** Above so many times the mean self-influence of a run's rows, a row gets no leaf. */
export const MOST_SELF_INFLUENCE = 4

/** The self-influence of every row (n) from its projected loss gradient (n × w). */
export function selfInfluences(sketcher: Sketcher, { n, width, values }: Rows): Float64Array {
  return Float64Array.from({ length: n }, (_, row) =>
    squaredLength(mapGradient(sketcher, values.subarray(row * width, (row + 1) * width), -1)),
  )
}

/** Finds the rows that get no leaf, whoever contributed them and whatever they resemble. */
export function findFlagged(selfInfluence: Float64Array): ReadonlySet<number> {
  let sum = 0
  for (const x of selfInfluence) sum += x
  const most = (MOST_SELF_INFLUENCE * sum) / selfInfluence.length
  const flagged = new Set<number>()
  selfInfluence.forEach((x, row) => {
    if (x > most) flagged.add(row)
  })
  return flagged
}
