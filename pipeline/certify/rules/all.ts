/** Every rule that a certificate compares, over the answers that were served. */
import type { GradientModule } from '../../../attribution/dataInf.ts'
import type { Rows as Gradients } from '../../../attribution/matrix.ts'
import { ADAPTER_SHAPES, parameterLength } from '../../train/lora/adapter.ts'
import { sideOf } from '../../train/lora/scale.ts'
import type { SketchedModel } from '../paidModel.ts'
import type { ReproducedRun } from '../reproduceRun.ts'
import { rowsByLot } from './blind.ts'
import { bookOutcomes, contributorsAlike, equalSplit, unroundedOutcome } from './books.ts'
import { dataInfRule, gradientDotRule, positivePartRule, rawInfluenceRule } from './influence.ts'
import { type Outcome, outcomeOfRows, type RowRule } from './outcome.ts'
import { drawRatings, ratedOutcome } from './ratings.ts'
import { agreeingEmbeddingRule, bm25Rule, embeddingRule } from './similarity.ts'

/** The adapter's matrices in the order in which projected gradients hold them, each with the same share of the width. */
const MATRICES = Object.entries(ADAPTER_SHAPES).flatMap(([name]) =>
  name.startsWith('head') ? [] : [name as keyof typeof ADAPTER_SHAPES],
)

/**
 * @param u Projected loss gradients of the rows, as the run holds them.
 * @param seed Of the rows and the ratings drawn at random.
 */
export function everyOutcome(run: ReproducedRun, model: SketchedModel, u: Gradients, seed: number): readonly Outcome[] {
  const { set, rows, input, given } = run
  const queries = stacked(run.queries, u.width)
  const embedding = embeddingRule(input.data, rows.items.length)
  const texts = rows.items.map(({ text }) => text)
  const heldOut = set.heldOut.map(({ text }) => text)
  const byRow: readonly RowRule[] = [
    positivePartRule(model),
    rawInfluenceRule(model),
    dataInfRule(u, queries, modulesOf(u.width)),
    gradientDotRule(u, queries),
    agreeingEmbeddingRule(
      embedding,
      input.labels.map((label) => sideOf(input.scale, label)),
      given,
    ),
    embedding,
    bm25Rule(texts, heldOut),
    rowsByLot(rows, seed),
  ]
  return [
    ...bookOutcomes(model, rows),
    equalSplit(rows),
    contributorsAlike(rows),
    unroundedOutcome(model, rows),
    ratedOutcome(model, rows, drawRatings(run, seed)),
    ...byRow.map((rule) => outcomeOfRows(rule, given.length, rows)),
  ]
}

function modulesOf(width: number): readonly GradientModule[] {
  return MATRICES.map((name) => ({ width: width / MATRICES.length, parameters: parameterLength(name) }))
}

function stacked(gradients: readonly Float32Array[], width: number): Gradients {
  const values = new Float32Array(gradients.length * width)
  for (const [i, gradient] of gradients.entries()) values.set(gradient, i * width)
  return { n: gradients.length, width, values }
}
