/**
 * Whom the payout rules pay in the same world, beside what contributors are worth: the rows are dealt to contributors of unequal size,
 * of whom every fourth has some of its labels wrong, and each is left out once. Answers are the model's own, right or wrong.
 *
 *     worth of c    mean over answers of   (margin of the answer trained with everyone − trained without c)
 *     figure        Spearman of pay and worth over contributors, 95 % by resampling contributors
 */
import type { PaidUnit } from '../../attribution/bookPay.ts'
import { fixedWeights } from '../../attribution/fixedWeights.ts'
import type { Rows } from '../../attribution/matrix.ts'
import { multipliersOf } from '../../attribution/multipliers.ts'
import { quantise } from '../../attribution/sketch.ts'
import { scaledUnits, unitSketch, unitSum } from '../../attribution/unitSketch.ts'
import { type CertifiedRows, rowsOf } from '../../pipeline/certify/certificationSet.ts'
import type { SketchedModel } from '../../pipeline/certify/paidModel.ts'
import { bookOutcomes, equalSplit, unroundedOutcome } from '../../pipeline/certify/rules/books.ts'
import { dataInfRule, gradientDotRule, positivePartRule } from '../../pipeline/certify/rules/influence.ts'
import { outcomeOfRows } from '../../pipeline/certify/rules/outcome.ts'
import { createRandom } from '../../pipeline/math/random.ts'
import { drawIndices, type Interval, intervalOf, resampler } from '../../pipeline/statistics/bootstrap.ts'
import { spearman } from '../../pipeline/statistics/ranks.ts'
import { sketchAnswer } from '../../pipeline/train/answerSketch.ts'
import { CLASSES, type Images } from './digits.ts'
import { factorsOf, keeps, project } from './factors.ts'
import { layersOf, predictions } from './network.ts'
import { sketch } from './sketches.ts'
import { retrain, type World } from './truth.ts'

/** The smallest unit that is paid by itself. */
const FEWEST_ROWS = 16
const REPLICATES = 500
const DIMS = 256

export interface RulePay {
  readonly rule: string
  readonly figure: Interval
  /** What a contributor with wrong labels is paid a row, beside one without. */
  readonly wrongBesideRight: number
}

export interface Dealt {
  readonly images: Images
  /** Rows of every contributor, ascending. */
  readonly rows: readonly (readonly number[])[]
  readonly hasWrong: readonly boolean[]
}

/** Lognormal sizes; every fourth contributor has 10 to 50 % of its labels wrong. */
export function deal(images: Images, contributors: number, seed: number): Dealt {
  const random = createRandom(seed, 'contributors')
  const normal = () => Math.sqrt(-2 * Math.log(random.uniform() || 1)) * Math.cos(2 * Math.PI * random.uniform())
  const drawn = Array.from({ length: contributors }, () => Math.exp(0.8 * normal()))
  const all = drawn.reduce((sum, x) => sum + x, 0)
  const spare = images.n - contributors * FEWEST_ROWS
  const ends = drawn.map((_, c) => {
    const part = drawn.slice(0, c + 1).reduce((sum, x) => sum + x, 0) / all
    return (c + 1) * FEWEST_ROWS + Math.round(part * spare)
  })
  const labels = images.labels.slice()
  const hasWrong = drawn.map((_, c) => c % 4 === 3)
  const rows = ends.map((end, c) => {
    const from = ends[c - 1] ?? 0
    const own = Array.from({ length: end - from }, (_, i) => from + i)
    const share = 0.1 + 0.4 * random.uniform()
    if (hasWrong[c])
      for (const row of own)
        if (random.uniform() < share) labels[row] = ((labels[row] as number) + 1 + random.below(CLASSES - 1)) % CLASSES
    return own
  })
  return { images: { ...images, labels }, rows, hasWrong }
}

export function payRules(world: World, dealt: Dealt, width: number, seeds: number): readonly RulePay[] {
  const own: World = { ...world, images: dealt.images }
  const layers = layersOf(world.architecture, dealt.images.width)
  const { weights } = retrain(own, () => true)
  const given = predictions(weights, world.test, layers)
  const worth = worthOf(own, dealt, given, seeds)
  const of = { labels: given } as const
  const [u, v, q] = [
    factorsOf(weights, dealt.images, layers, { of: 'loss' }),
    factorsOf(weights, dealt.images, layers, { of: 'drawn loss' }),
    factorsOf(weights, world.test, layers, { of: 'margin', ...of }),
  ].map((factors) => project(factors, layers, width, 1)) as [Rows, Rows, Rows]
  const { model, rows } = paidModel(dealt, u, v, q)
  const modules = keeps(layers, width).map(({ left, right }, l) => ({
    width: left * right,
    parameters: (layers[l]?.inputs ?? 1) * (layers[l]?.outputs ?? 1),
  }))
  const byRow = [positivePartRule(model), dataInfRule(u, q, modules), gradientDotRule(u, q)]
  const outcomes = [
    ...bookOutcomes(model, rows),
    unroundedOutcome(model, rows),
    equalSplit(rows),
    ...byRow.map((rule) => outcomeOfRows(rule, q.n, rows)),
  ]
  const counts = new Float64Array(q.n).fill(1)
  return outcomes.map(({ name, pay }) => {
    const paid = pay(counts)
    return { rule: name, figure: followed(paid, worth), wrongBesideRight: ratio(paid, dealt) }
  })
}

function worthOf(world: World, { rows }: Dealt, given: Uint8Array, seeds: number): Float64Array {
  const worth = new Float64Array(rows.length)
  for (let s = 0; s < seeds; s++) {
    const own = { ...world, seed: world.seed + s }
    const everyone = retrain(own, () => true, given).margins
    for (const [c, left] of rows.entries()) {
      const gone = new Set(left)
      const without = retrain(own, (row) => !gone.has(row), given).margins
      const mean = everyone.reduce((sum, margin, i) => sum + margin - (without[i] as number), 0) / everyone.length
      worth[c] = (worth[c] as number) + mean / seeds
    }
  }
  return worth
}

/** One unit a contributor, no near-copies: as a run of these rows would be registered. */
function paidModel(dealt: Dealt, u: Rows, v: Rows, q: Rows): { model: SketchedModel; rows: CertifiedRows } {
  const { sketcher, rows: mapped } = sketch(u, v, q, DIMS)
  const codes = Array.from({ length: u.n }, (_, i) => quantise(mapped.values.subarray(i * DIMS, (i + 1) * DIMS)))
  const { multipliers } = multipliersOf(
    mapped,
    codes,
    codes.map(() => true),
  )
  const sums = dealt.rows.map((own) =>
    unitSum(
      own.map((row) => ({ multiplier: multipliers[row] as number, codes: codes[row] as Int8Array })),
      DIMS,
    ),
  )
  const scaled = scaledUnits(sums.map(unitSketch))
  const fixed = fixedWeights(scaled)
  const units = scaled.map((unit, c): PaidUnit => {
    const kept = dealt.rows[c]?.length ?? 0
    return { ...unit, kept, fixed: fixed[c] as bigint, struck: false }
  })
  const rows = rowsOf({ contributions: dealt.rows.map((own) => own.map(() => ({ label: '', text: '' }))) })
  const answers = Array.from({ length: q.n }, (_, i) =>
    sketchAnswer(sketcher, q.values.subarray(i * q.width, (i + 1) * q.width)),
  )
  const members = units.map(({ kept }, contribution) => [{ contribution, kept }])
  const { contributorOf } = rows
  return {
    model: {
      k: DIMS,
      mapped,
      codes,
      copies: new Map(),
      contributionOf: contributorOf,
      multipliers,
      units,
      members,
      answers,
    },
    rows,
  }
}

function followed(paid: Float64Array, worth: Float64Array): Interval {
  const random = resampler(1, 'contributors')
  const replicates = Float64Array.from({ length: REPLICATES }, () => {
    const drawn = drawIndices(worth.length, random)
    const take = (from: Float64Array) => Float64Array.from(drawn, (i) => from[i] as number)
    return spearman(take(paid), take(worth))
  })
  return intervalOf({ estimate: spearman(paid, worth), replicates }, [-1, 1])
}

function ratio(paid: Float64Array, { rows, hasWrong }: Dealt): number {
  const perRow = (wrong: boolean) => {
    const chosen = rows.flatMap((own, c) => (hasWrong[c] === wrong ? [[paid[c] as number, own.length] as const] : []))
    return chosen.reduce((sum, [pay]) => sum + pay, 0) / chosen.reduce((sum, [, count]) => sum + count, 0)
  }
  return perRow(true) / perRow(false)
}
