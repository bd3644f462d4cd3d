/**
 * A run and its items → its certificate.
 *
 *     items → features → retrainings → worth of contributors         ┐
 *     gradients → units and query sketches → pay by every rule       ┴→ correlations, intervals, λ, verdict
 *
 * A run on another base than the embedded one cannot be retrained here: it gets what needs no retraining.
 */

import { createRandom, shuffled } from '../math/random.ts'
import { RUN_FILES, RUN_FORMAT } from '../run/manifest.ts'
import type { Run } from '../run/readRun.ts'
import type { Resampled, Resampling } from '../statistics/bootstrap.ts'
import { drawCounts, drawIndices, resampler } from '../statistics/bootstrap.ts'
import { spearman } from '../statistics/ranks.ts'
import { BASE_WEIGHTS_SHA256 } from '../train/base/package.ts'
import { CERTIFICATE_FORMAT, type Certificate } from './certificate.ts'
import type { CertificationSet } from './certificationSet.ts'
import { type KindEarnings, MOST_EARNED, measureEarnings } from './earnings.ts'
import { figureOf, rounded } from './figures.ts'
import { measureFlipped } from './flipped.ts'
import { everyIndex, paidTo } from './measures.ts'
import { type PaidModel, paidModelOf, rowsIn, type SketchedModel, selfInfluenceOf } from './paidModel.ts'
import { type EmbeddedRun, type ReproducedRun, type ReproduceOptions, reproduceRun } from './reproduceRun.ts'
import { DEFAULT_WORTH_COUNTS, type WorthCounts } from './retrain/plan.ts'
import type { RetrainOptions } from './retrain/retrain.ts'
import { everyOutcome } from './rules/all.ts'
import { netInfluences } from './rules/books.ts'
import { type Outcome, REFERENCE } from './rules/outcome.ts'
import { measureSteering } from './steering.ts'
import { FEWEST_CONTRIBUTORS, FLOORS, judge, notMeasured } from './verdict.ts'
import { once } from './worth.ts'
import { measureWorth, type Worth } from './worthMeasures.ts'

export interface CertifyOptions {
  readonly counts?: WorthCounts
  readonly replicates?: number
  /** Of the resamples, and of the rows drawn at random; halves are drawn from the run's own seed. */
  readonly seed?: number
  readonly features: ReproduceOptions
  readonly retraining: RetrainOptions
}

export const DEFAULT_REPLICATES = 1000
const DEFAULT_SEED = 1
/** Queries for a run that no answer can be served from: training rows, as if each were an answer that it had moved. */
const ROWS_FOR_QUERIES = 400
/** Floors whose λ is stated: none, and those that a model can have. */
const STATED_FLOORS = [0, ...FLOORS]

/** Whether the run can be retrained here: the embedded trainer made it, on the base that this project brings along. */
export function isEmbedded(run: Run): run is EmbeddedRun {
  const { format, base } = run.manifest
  return format === RUN_FORMAT && base.weightsSha256 === BASE_WEIGHTS_SHA256
}

export async function certify(run: EmbeddedRun, set: CertificationSet, options: CertifyOptions): Promise<Certificate> {
  const { counts = DEFAULT_WORTH_COUNTS, replicates = DEFAULT_REPLICATES, seed = DEFAULT_SEED } = options
  const resampling = { seed, replicates }
  const reproduced = await reproduceRun(run, set, options.features)
  const { rows, given } = reproduced
  const model = await paidModelOf(run, reproduced.queries)
  const outcomes = everyOutcome(reproduced, model, run.gradients.u, seed)
  const { training } = run.manifest
  const worth = await measureWorth(reproduced, model, outcomes, training.seed, counts, resampling, options.retraining)
  const steering = steeringOf(model, seed)
  const areMany = rows.contributors >= FEWEST_CONTRIBUTORS
  const few = `${rows.contributors} contributors are too few for a rank correlation; each one’s pay stands beside what they are worth.`
  const unknown = { absent: 'Nobody says which of the rows were planted.' }
  return {
    format: CERTIFICATE_FORMAT,
    run: describeRun(run, model, set.task.name),
    sample: { answers: given.length, ...counts, replicates, seed },
    worth: areMany ? [...worth.measures] : { absent: few },
    earnings: rows.areKindsKnown ? measureEarnings(outcomes, rows, given.length, resampling).map(earnedBy) : unknown,
    flippedBySelfInfluence: rows.areKindsKnown
      ? figureOf(measureFlipped(selfInfluenceOf(model), rows, resampling), [0, 1])
      : unknown,
    queries: 'served answers',
    rounding: areMany ? figureOf(measureRounding(outcomes, reproduced, resampling), [-1, 1]) : null,
    steering,
    contributors: contributorsOf(run, reproduced, model, outcomes, worth),
    verdict: areMany ? judge(worth.measures, steering) : notMeasured(few, steering),
  }
}

/** What can be said of any run. */
export async function certifyWithoutRetraining(
  run: Run,
  options: Pick<CertifyOptions, 'replicates' | 'seed'> = {},
): Promise<Certificate> {
  const { replicates = DEFAULT_REPLICATES, seed = DEFAULT_SEED } = options
  const { u } = run.gradientBlocks
  const drawn = new Set(
    shuffled([...everyIndex(u.n)], createRandom(seed, 'rows for queries')).slice(0, ROWS_FOR_QUERIES),
  )
  const queries: Float32Array[] = []
  let row = 0
  for (const gradient of rowsIn(u)) if (drawn.has(row++)) queries.push(gradient.map((x) => -x))
  const model = await paidModelOf(run, queries)
  const steering = steeringOf(model, seed)
  const reason = `The base ${run.manifest.base.name} is not the embedded one, so the run cannot be trained again here.`
  const missing = { absent: reason }
  return {
    format: CERTIFICATE_FORMAT,
    run: describeRun(run, model, null),
    sample: { answers: queries.length, seeds: 0, halves: 0, halfSeeds: 0, replicates, seed },
    worth: missing,
    earnings: missing,
    flippedBySelfInfluence: missing,
    queries: 'training rows',
    rounding: null,
    steering,
    contributors: missing,
    verdict: notMeasured(reason, steering),
  }
}

function describeRun({ manifest, adapterHash, rows }: Run, { copies, units }: PaidModel, task: string | null) {
  const { source, method, dims } = manifest.sketch
  const gradients = manifest.files[RUN_FILES.gradients]
  if (gradients === undefined) throw new Error('The run was read, so its gradients are listed')
  return {
    base: manifest.base.name,
    adapterHash,
    gradientsHash: gradients.keccak256,
    rows: rows.length,
    contributions: manifest.dataset.contributions.length,
    kept: rows.length - copies.size,
    units: units.length,
    sketch: { source, method, dims },
    task,
  }
}

function steeringOf({ units, answers }: SketchedModel, seed: number): Certificate['steering'] {
  return STATED_FLOORS.map((floorBps) => {
    const { allAnswers, fiveAnswers, alone, fiveUnits } = measureSteering(units, answers, floorBps, seed)
    const figure = (value: number): number => rounded(value) ?? 0
    return {
      floorBps,
      allAnswers: figure(allAnswers),
      fiveAnswers: figure(fiveAnswers),
      alone: figure(alone),
      fiveUnits: figure(fiveUnits),
    }
  })
}

/** How far contributors' pay agrees with what it would be without any rounding. A draw takes contributors and answers anew. */
function measureRounding(
  outcomes: readonly Outcome[],
  { rows, given }: ReproducedRun,
  { seed, replicates }: Resampling,
): Resampled {
  const [paid, exact] = [REFERENCE, 'unrounded'].map((name) => outcomes.find((outcome) => outcome.name === name))
  if (paid === undefined || exact === undefined) throw new Error('Net influence was paid, with and without rounding')
  const agreement = (counts: Float64Array, among: Uint32Array): number => {
    const [a, b] = [paidTo(rows, paid, counts), paidTo(rows, exact, counts)]
    const of = (values: Float64Array) => Float64Array.from(among, (i) => values[i] as number)
    return spearman(of(a), of(b))
  }
  const random = resampler(seed, 'rounding')
  return {
    estimate: agreement(once(given.length), everyIndex(rows.contributors)),
    replicates: Float64Array.from({ length: replicates }, () =>
      agreement(drawCounts(given.length, random), drawIndices(rows.contributors, random)),
    ),
  }
}

function earnedBy({ kind, rows, rules }: KindEarnings) {
  return {
    kind,
    rows,
    most: MOST_EARNED[kind],
    rules: [...rules].map(([rule, ratio]) => ({ rule, ratio: figureOf(ratio, [0, Number.POSITIVE_INFINITY]) })),
  }
}

function contributorsOf(
  { manifest, rows: runRows }: EmbeddedRun,
  { rows, given, set }: ReproducedRun,
  model: SketchedModel,
  outcomes: readonly Outcome[],
  { answerWorth, lossWorth }: Worth,
): Certificate['contributors'] {
  const reference = outcomes.find(({ name }) => name === REFERENCE)
  if (reference === undefined) throw new Error('Net influence was paid')
  const paid = paidTo(rows, reference, once(given.length))
  const net = netInfluences(model, once(given.length), rows.contributors)
  const kept = new Map<string, number>()
  for (const { row, contribution } of runRows)
    if (!model.copies.has(row)) kept.set(contribution, (kept.get(contribution) ?? 0) + 1)
  const figure = (values: Float64Array, i: number): number => rounded(values[i] as number) ?? 0
  return manifest.dataset.contributions.map(({ id, items }, i) => ({
    contribution: id,
    rows: items,
    kept: kept.get(id) ?? 0,
    kind: kindOf(set.contributions[i] ?? []),
    paid: rounded((paid[i] as number) / given.length) ?? 0,
    net: figure(net, i),
    answerWorth: figure(answerWorth, i),
    lossWorth: figure(lossWorth, i),
  }))
}

/** What a contributor's rows are, one planted kind at most beside honest ones; null where nobody knows. */
function kindOf(items: CertificationSet['contributions'][number]): string | null {
  const kinds = new Set(items.map(({ kind }) => kind ?? null))
  return [...kinds].find((kind) => kind !== 'honest') ?? (kinds.has('honest') ? 'honest' : null)
}
