/**
 * Rules that pay by gradients: the ledger's own, to the last bit, and the ones that it is compared with.
 *
 *     ledger                   unit rows, top K, int4, one leaf a cluster, none if flagged  attribution/attribution.ts
 *     unquantised              the same from the floats that the codes were rounded from
 *     raw positive influence   max(0, q · r), lengths and all, every row
 *     DataInf                  Kwon et al. 2024, top K
 *     gradient dot             −q · u without any curvature, top K
 */
import { attribute, type Candidates, TOTAL_WEIGHT } from '../../../attribution/attribution.ts'
import { dataInf, type GradientModule, gradientDot } from '../../../attribution/dataInf.ts'
import type { Rows as Gradients } from '../../../attribution/matrix.ts'
import { dot } from '../../../attribution/score.ts'
import { innerProduct, squaredLength } from '../../../attribution/vectors.ts'
import type { Rule } from './outcome.ts'
import { positiveShares, topShares } from './shares.ts'

/** Sketches before and after rounding: of all rows, and of the served answers. */
export interface Sketched {
  readonly dims: number
  readonly rows: readonly Float32Array[]
  readonly queries: readonly Float32Array[]
  readonly rowCodes: readonly Int8Array[]
  readonly queryCodes: readonly Int8Array[]
  /** What the influence index holds: rows without a leaf are missing. */
  readonly candidates: Candidates
  readonly topK: number
}

export function ledgerRule({ rowCodes, queryCodes, candidates, topK }: Sketched): Rule {
  const lengths = rowCodes.map((codes) => Math.sqrt(dot(codes, codes)) || 1)
  return {
    name: 'ledger',
    shares: (_scores, answer) =>
      attribute(queryCodes[answer] as Int8Array, candidates, topK).map(({ row, weight }) => ({
        row,
        share: weight / TOTAL_WEIGHT,
      })),
    scores: (answer) =>
      Float64Array.from(
        rowCodes,
        (codes, row) => dot(queryCodes[answer] as Int8Array, codes) / (lengths[row] as number),
      ),
  }
}

export function unquantisedRule({ rows, queries, candidates, topK }: Sketched): Rule {
  const lengths = rows.map((row) => Math.sqrt(squaredLength(row)) || 1)
  const scores = (answer: number): Float64Array =>
    Float64Array.from(rows, (row, i) => innerProduct(queries[answer] as Float32Array, row) / (lengths[i] as number))
  const hasLeaf = new Uint8Array(rows.length)
  for (const row of candidates.rows) hasLeaf[row] = 1
  return {
    name: 'unquantised',
    scores,
    shares: (scored) =>
      topShares(
        scored.map((score, row) => (hasLeaf[row] === 1 ? score : 0)),
        topK,
      ),
  }
}

export function rawInfluenceRule({ rows, queries }: Sketched): Rule {
  const scores = (answer: number): Float64Array =>
    Float64Array.from(rows, (row) => innerProduct(queries[answer] as Float32Array, row))
  return { name: 'raw positive influence', scores, shares: positiveShares }
}

export function dataInfRule(u: Gradients, queries: Gradients, modules: readonly GradientModule[], topK: number): Rule {
  return fromMatrix('DataInf', dataInf(u, queries, modules), u.n, topK)
}

export function gradientDotRule(u: Gradients, queries: Gradients, topK: number): Rule {
  return fromMatrix('gradient dot', gradientDot(u, queries), u.n, topK)
}

/** @param matrix (answers, rows) */
function fromMatrix(name: Rule['name'], matrix: Float64Array, rows: number, topK: number): Rule {
  const scores = (answer: number): Float64Array => matrix.subarray(answer * rows, (answer + 1) * rows)
  return { name, scores, shares: (scored) => topShares(scored, topK) }
}
