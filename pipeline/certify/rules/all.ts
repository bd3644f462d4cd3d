/** Every rule that a certificate compares, over the answers that were served; the ledger's comes first. */
import type { GradientModule } from '../../../attribution/dataInf.ts'
import type { Rows as Gradients } from '../../../attribution/matrix.ts'
import { ADAPTER_SHAPES, parameterLength } from '../../train/lora/adapter.ts'
import type { Examined } from '../examine.ts'
import { countOfRows, equalSplit, rowsByLot } from './blind.ts'
import {
  dataInfRule,
  gradientDotRule,
  ledgerRule,
  rawInfluenceRule,
  type Sketched,
  unquantisedRule,
} from './influence.ts'
import { type Outcome, outcomeOf, type Rule } from './outcome.ts'
import { agreeingEmbeddingRule, bm25Rule, embeddingRule } from './similarity.ts'

/** The adapter's matrices in the order in which projected gradients hold them, each with the same share of the width. */
const MATRICES = Object.entries(ADAPTER_SHAPES).flatMap(([name]) =>
  name.startsWith('head') ? [] : [name as keyof typeof ADAPTER_SHAPES],
)

/**
 * @param u Projected loss gradients of the rows, as the run holds them.
 * @param seed Of the rows drawn by lot.
 */
export function everyOutcome(examined: Examined, sketched: Sketched, u: Gradients, seed: number): readonly Outcome[] {
  const { exam, rows, subject, given } = examined
  const { topK } = sketched
  const queries = stacked(examined.queries, u.width)
  const embedding = embeddingRule(subject.data, rows.items.length, topK)
  const texts = rows.items.map(({ text }) => text)
  const heldOut = exam.heldOut.map(({ text }) => text)
  const rules: readonly Rule[] = [
    ledgerRule(sketched),
    unquantisedRule(sketched),
    rawInfluenceRule(sketched),
    dataInfRule(u, queries, modulesOf(u.width), topK),
    gradientDotRule(u, queries, topK),
    agreeingEmbeddingRule(embedding, subject.labels, given, topK),
    embedding,
    bm25Rule(texts, heldOut, topK),
    rowsByLot(rows, topK, seed),
    countOfRows(rows),
    equalSplit(rows),
  ]
  return rules.map((rule) => outcomeOf(rule, given.length, rows))
}

function modulesOf(width: number): readonly GradientModule[] {
  return MATRICES.map((name) => ({ width: width / MATRICES.length, parameters: parameterLength(name) }))
}

function stacked(gradients: readonly Float32Array[], width: number): Gradients {
  const values = new Float32Array(gradients.length * width)
  for (const [i, gradient] of gradients.entries()) values.set(gradient, i * width)
  return { n: gradients.length, width, values }
}
