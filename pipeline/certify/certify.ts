/**
 * A run and its items → its certificate.
 *
 *     items → features → retrainings → worth of contributors        ┐
 *     gradients → sketches → payouts by the ledger and other rules  ┴→ correlations, intervals, verdict
 *
 * A run on another base than the embedded one cannot be retrained here: it gets what needs no retraining.
 */
import { type EmbeddedManifest, RUN_FILES, RUN_FORMAT } from '../run/manifest.ts'
import type { Run } from '../run/readRun.ts'
import { BASE_WEIGHTS_SHA256 } from '../train/base/package.ts'
import { createRandom, shuffled } from '../train/math/random.ts'
import { CERTIFICATE_FORMAT, type Certificate } from './certificate.ts'
import { type KindEarnings, MOST_EARNED, measureEarnings } from './earnings.ts'
import type { Exam } from './exam.ts'
import { type Examined, type ExamineOptions, examine } from './examine.ts'
import { figureOf, rounded } from './figures.ts'
import { measureFlipped } from './flipped.ts'
import { paidTo } from './measures.ts'
import { DEFAULT_WORTH_COUNTS, type WorthCounts } from './retrain/plan.ts'
import type { RetrainOptions } from './retrain/retrain.ts'
import { measureRounding } from './rounding.ts'
import { everyOutcome } from './rules/all.ts'
import type { Outcome } from './rules/outcome.ts'
import { rowsIn, type SketchedRun, sketchRun } from './sketched.ts'
import { judge, notMeasured } from './verdict.ts'
import { measureWorth, type Worth } from './worthMeasures.ts'

export interface CertifyOptions {
  readonly counts?: WorthCounts
  readonly replicates?: number
  /** Of the resamples, and of the rows drawn by lot; halves are drawn from the run's own seed. */
  readonly seed?: number
  readonly features: ExamineOptions
  readonly retraining: RetrainOptions
}

export type EmbeddedRun = Run & { readonly manifest: EmbeddedManifest }

export const DEFAULT_REPLICATES = 1000
const DEFAULT_SEED = 1
/** Queries for a run that no answer can be served from: training rows, as if each were an answer that it had moved. */
const ROWS_FOR_QUERIES = 400

/** Whether the run can be retrained here: the embedded trainer made it, on the base that this project brings along. */
export function isEmbedded(run: Run): run is EmbeddedRun {
  const { format, base } = run.manifest
  return format === RUN_FORMAT && base.weightsSha256 === BASE_WEIGHTS_SHA256
}

export async function certify(run: EmbeddedRun, exam: Exam, options: CertifyOptions): Promise<Certificate> {
  const { counts = DEFAULT_WORTH_COUNTS, replicates = DEFAULT_REPLICATES, seed = DEFAULT_SEED } = options
  const resampling = { seed, replicates }
  const examined = await examine(run, exam, options.features)
  const sketched = sketchRun(run, examined.queries)
  const outcomes = everyOutcome(examined, sketched, run.gradients.u, seed)
  const worth = await measureWorth(
    examined,
    outcomes,
    run.manifest.training.seed,
    counts,
    resampling,
    options.retraining,
  )
  const { rows, given } = examined
  const unknown = { absent: 'Nobody says which of the rows were planted.' }
  return {
    format: CERTIFICATE_FORMAT,
    run: describeRun(run, sketched, exam.task.name),
    sample: { answers: given.length, ...counts, replicates, seed },
    worth: [...worth.measures],
    earnings: rows.areKindsKnown ? measureEarnings(outcomes, rows, given.length, resampling).map(earnedBy) : unknown,
    flippedBySelfInfluence: rows.areKindsKnown
      ? figureOf(measureFlipped(sketched.selfInfluence, rows, resampling), [0, 1])
      : unknown,
    rounding: {
      queries: 'served answers',
      correlation: figureOf(measureRounding(sketched, resampling), [-1, 1]),
    },
    contributors: contributorsOf(run, examined, outcomes, worth),
    verdict: judge(worth.measures),
  }
}

/** What can be said of any run. */
export function certifyWithoutRetraining(
  run: Run,
  options: Pick<CertifyOptions, 'replicates' | 'seed'> = {},
): Certificate {
  const { replicates = DEFAULT_REPLICATES, seed = DEFAULT_SEED } = options
  const { u } = run.gradientBlocks
  const everyRow = Array.from({ length: u.n }, (_, row) => row)
  const drawn = new Set(shuffled(everyRow, createRandom(seed, 'rows for queries')).slice(0, ROWS_FOR_QUERIES))
  const queries: Float32Array[] = []
  let row = 0
  for (const gradient of rowsIn(u)) if (drawn.has(row++)) queries.push(gradient.map((x) => -x))
  const sketched = sketchRun(run, queries)
  const reason = `The base ${run.manifest.base.name} is not the embedded one, so the run cannot be trained again here.`
  const missing = { absent: reason }
  return {
    format: CERTIFICATE_FORMAT,
    run: describeRun(run, sketched, null),
    sample: { answers: queries.length, seeds: 0, halves: 0, halfSeeds: 0, replicates, seed },
    worth: missing,
    earnings: missing,
    flippedBySelfInfluence: missing,
    rounding: {
      queries: 'training rows',
      correlation: figureOf(measureRounding(sketched, { seed, replicates }), [-1, 1]),
    },
    contributors: missing,
    verdict: notMeasured(reason),
  }
}

function describeRun({ manifest, adapterHash, rows }: Run, { duplicates, flagged }: SketchedRun, task: string | null) {
  const { source, method, dims, topK, duplicateCosinePercent } = manifest.sketch
  const gradients = manifest.files[RUN_FILES.gradients]
  if (gradients === undefined) throw new Error('The run was read, so its gradients are listed')
  return {
    base: manifest.base.name,
    adapterHash,
    gradientsHash: gradients.keccak256,
    rows: rows.length,
    contributions: manifest.dataset.contributions.length,
    duplicates,
    flagged,
    sketch: { source, method, dims, topK, duplicateCosinePercent },
    task,
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
  { manifest }: EmbeddedRun,
  { rows, given, exam }: Examined,
  [ledger]: readonly Outcome[],
  { answerWorth, lossWorth }: Worth,
): Certificate['contributors'] {
  if (ledger === undefined) throw new Error('The ledger’s own rule comes first')
  const paid = paidTo(rows, ledger.paid, new Float64Array(given.length).fill(1))
  const total = paid.reduce((sum, share) => sum + share, 0) || 1
  const figure = (values: Float64Array, i: number): number => rounded(values[i] as number) ?? 0
  return manifest.dataset.contributions.map(({ id, items }, i) => ({
    contribution: id,
    rows: items,
    kind: kindOf(exam.contributions[i] ?? []),
    paid: rounded((paid[i] as number) / total) ?? 0,
    answerWorth: figure(answerWorth, i),
    lossWorth: figure(lossWorth, i),
  }))
}

/** What a contributor's rows are, one planted kind at most beside honest ones; null where nobody knows. */
function kindOf(items: Exam['contributions'][number]): string | null {
  const kinds = new Set(items.map(({ kind }) => kind ?? null))
  return [...kinds].find((kind) => kind !== 'honest') ?? (kinds.has('honest') ? 'honest' : null)
}
