/**
 * Rules that pay rows one by one, by gradients: what the ledger did first, and what is usual elsewhere.
 *
 *     positive part of each row   the first edition: max(0, q · r / |r|), top 8, near-copies and flagged rows left out
 *     raw positive influence      max(0, q · r), lengths and all, every row
 *     DataInf                     Kwon et al. 2024, top 8
 *     gradient dot                −q · u without any curvature, top 8
 */
import { dot } from '../../../attribution/codes.ts'
import { dataInf, type GradientModule, gradientDot } from '../../../attribution/dataInf.ts'
import type { Rows as Gradients } from '../../../attribution/matrix.ts'
import { findFlagged } from '../../../attribution/selfInfluence.ts'
import { innerProduct } from '../../../attribution/vectors.ts'
import { rowAt, type SketchedModel, selfInfluenceOf } from '../paidModel.ts'
import type { RowRule } from './outcome.ts'
import { positiveShares, topShares } from './shares.ts'

export function positivePartRule(model: SketchedModel): RowRule {
  const { codes, copies, answers } = model
  const lengths = codes.map((own) => Math.sqrt(dot(own, own)) || 1)
  const flagged = findFlagged(selfInfluenceOf(model))
  const scores = (answer: number): Float64Array =>
    Float64Array.from(
      codes,
      (own, row) => dot((answers[answer] as SketchedModel['answers'][number]).codes, own) / (lengths[row] as number),
    )
  const isPaid = codes.map((_, row) => !copies.has(row) && !flagged.has(row))
  return {
    name: 'positive part of each row',
    scores,
    shares: (scored) => topShares(scored.map((score, row) => (isPaid[row] ? score : 0))),
  }
}

export function rawInfluenceRule({ mapped, answers }: SketchedModel): RowRule {
  const scores = (answer: number): Float64Array => {
    const { mapped: query } = answers[answer] as SketchedModel['answers'][number]
    return Float64Array.from({ length: mapped.n }, (_, row) => innerProduct(query, rowAt(mapped, row)))
  }
  return { name: 'raw positive influence', scores, shares: positiveShares }
}

export function dataInfRule(u: Gradients, queries: Gradients, modules: readonly GradientModule[]): RowRule {
  return fromMatrix('DataInf', dataInf(u, queries, modules), u.n)
}

export function gradientDotRule(u: Gradients, queries: Gradients): RowRule {
  return fromMatrix('gradient dot', gradientDot(u, queries), u.n)
}

/** @param matrix (answers, rows) */
function fromMatrix(name: RowRule['name'], matrix: Float64Array, rows: number): RowRule {
  const scores = (answer: number): Float64Array => matrix.subarray(answer * rows, (answer + 1) * rows)
  return { name, scores, shares: (scored) => topShares(scored) }
}
