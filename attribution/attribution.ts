// Attribution: which rows are credited with an answer, and with how much of it.
//
//   rows     the K ≤ 16 rows of highest positive score, by (score descending, row ascending)
//   weight_i = ⌊65535 · score_i / Σ score⌋, and the first row also gets what is missing to 65535
//
// query codes (k), candidate rows (n × k) → up to K (row, score, weight). docs/protocol.md, "Attribution".

import { dot, fixedNorm, scoreOf } from './score.ts'

export const TOTAL_WEIGHT = 65_535
export const MAX_TOP_K = 16

export type CreditedRow = { readonly row: number; readonly score: number; readonly weight: number }

/** The rows that can be credited: all sketches in one array, their norms worked out once. */
export type Candidates = {
  readonly dims: number
  readonly rows: Uint32Array
  readonly codes: Int8Array
  readonly norms: Float64Array
}

type Sketched = { readonly row: number; readonly codes: Int8Array }

/** Lays sketched rows out for scoring, by ascending row. */
export function candidatesOf(sketched: readonly Sketched[], dims: number): Candidates {
  const ordered = [...sketched].sort((a, b) => a.row - b.row)
  const rows = new Uint32Array(ordered.length)
  const codes = new Int8Array(ordered.length * dims)
  const norms = new Float64Array(ordered.length)
  ordered.forEach((entry, i) => {
    rows[i] = entry.row
    codes.set(entry.codes, i * dims)
    norms[i] = fixedNorm(entry.codes)
  })
  return { dims, rows, codes, norms }
}

/** The score of every candidate for a query, in the candidates' order. */
export function scoreAll(query: Int8Array, candidates: Candidates): Float64Array {
  const { dims, codes, norms } = candidates
  const scores = new Float64Array(norms.length)
  for (let i = 0; i < scores.length; i++) {
    const row = codes.subarray(i * dims, (i + 1) * dims)
    scores[i] = scoreOf(dot(query, row), norms[i] as number)
  }
  return scores
}

/** Attributes an answer to the rows that moved it. Empty where no row has a positive score. */
export function attribute(query: Int8Array, candidates: Candidates, topK: number): readonly CreditedRow[] {
  return weigh(best(scoreAll(query, candidates), candidates.rows, topK))
}

type Scored = { readonly row: number; readonly score: number }

function best(scores: Float64Array, rows: Uint32Array, topK: number): readonly Scored[] {
  const kept: Scored[] = []
  for (let i = 0; i < scores.length; i++) {
    const score = scores[i] as number
    const last = kept[topK - 1]
    if (score <= 0 || (last && score <= last.score)) continue
    // Candidates ascend by row, so an equal score already kept belongs to a lower row and stays before this one.
    let place = kept.length
    while (place > 0 && (kept[place - 1] as Scored).score < score) place--
    kept.splice(place, 0, { row: rows[i] as number, score })
    if (kept.length > topK) kept.pop()
  }
  return kept
}

/** Turns scores, highest first, into weights that sum to 65535 exactly. */
export function weigh(scored: readonly Scored[]): readonly CreditedRow[] {
  const total = scored.reduce((sum, { score }) => sum + score, 0)
  const floors = scored.map(({ score }) => Math.floor((TOTAL_WEIGHT * score) / total))
  const missing = TOTAL_WEIGHT - floors.reduce((sum, weight) => sum + weight, 0)
  return scored.map(({ row, score }, i) => ({ row, score, weight: (floors[i] as number) + (i === 0 ? missing : 0) }))
}
