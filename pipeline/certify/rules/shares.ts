/** Two ways to turn scores into shares of a fee. Both clip: no row pays. */
import type { Share } from './outcome.ts'

/** How many rows an answer was shared out among in the first edition; rules that it is compared with get as many. */
export const TOP_ROWS = 8

/** The highest positive scores, in proportion; of equal ones the earlier row. */
export function topShares(scores: Float64Array, topK: number = TOP_ROWS): readonly Share[] {
  const kept: number[] = []
  for (let row = 0; row < scores.length; row++) {
    const score = scores[row] as number
    if (!(score > 0)) continue
    const last = kept[topK - 1]
    if (last !== undefined && score <= (scores[last] as number)) continue
    let place = kept.length
    while (place > 0 && (scores[kept[place - 1] as number] as number) < score) place--
    kept.splice(place, 0, row)
    if (kept.length > topK) kept.pop()
  }
  return inProportion(kept, scores)
}

/** All positive scores, in proportion. */
export function positiveShares(scores: Float64Array): readonly Share[] {
  const positive: number[] = []
  for (const [row, score] of scores.entries()) if (score > 0) positive.push(row)
  return inProportion(positive, scores)
}

function inProportion(rows: readonly number[], scores: Float64Array): readonly Share[] {
  const total = rows.reduce((sum, row) => sum + (scores[row] as number), 0)
  return rows.map((row) => ({ row, share: (scores[row] as number) / total }))
}
