/**
 * Results of lm-evaluation-harness and the samples beside them (lmEvalLayout.ts says where).
 *
 * EleutherAI/lm-evaluation-harness 0.4.13, lm_eval/loggers/evaluation_tracker.py: EvaluationTracker.save_results_aggregated
 * and save_results_samples; lm_eval/result_schema.py. A metric's key is "name,filter", its standard error's
 * "name_stderr,filter" ("N/A" where none was estimated).
 */
import { z } from 'zod'
import { intervalOf } from '../evaluate/interval.ts'
import { digestFile } from '../run/digest.ts'
import type { Benchmark } from '../run/importedManifest.ts'
import { RunError } from '../run/runError.ts'
import { type Interval, Z } from '../statistics/wilson.ts'
import { hashOfConfig } from './configHash.ts'
import { latestResults, samplesFile } from './lmEvalLayout.ts'
import { scoreOf } from './lmEvalSamples.ts'
import { readScores, type TaskScores } from './lmEvalScores.ts'
import { parseJson, readBytes, type SourceFolder } from './sourceFolder.ts'

/** Of one task, which must not hide the others: what is not of its type, such as NaN, is not known. */
const known = <T>(schema: z.ZodType<T>) => schema.nullish().catch(null)
const resultsSchema = z.looseObject({
  results: z.record(z.string(), z.looseObject({})),
  configs: z.record(z.string(), z.record(z.string(), z.unknown()).transform(jsonOf)),
  versions: z.record(z.string(), known(z.union([z.string(), z.number()]))),
  'n-shot': z.record(z.string(), known(z.int())).nullish(),
  'n-samples': z.record(z.string(), known(z.looseObject({ effective: z.int().nonnegative() }))).nullish(),
  task_hashes: z.record(z.string(), known(z.string())).nullish(),
  lm_eval_version: known(z.string()),
  config: z.looseObject({ model_args: z.union([z.string(), z.record(z.string(), z.unknown())]).nullish() }).nullish(),
})
type Results = z.infer<typeof resultsSchema>
type Json = z.infer<ReturnType<typeof z.json>>

/** JSON has no NaN: a task's NaN is kept as text. */
function jsonOf(config: Readonly<Record<string, unknown>>): Record<string, Json> {
  const text = JSON.stringify(config, (_, value) =>
    typeof value === 'number' && !Number.isFinite(value) ? String(value) : value,
  )
  return JSON.parse(text)
}

/** Metrics that lie between zero and one, and are the plain mean of what every sample scored. */
const SHARES = ['acc', 'acc_norm', 'acc_bytes', 'exact_match', 'mc1', 'mc2', 'em']
const MILLION = 1_000_000

export interface Evaluation {
  readonly benchmarks: readonly Benchmark[]
  readonly tasks: readonly EvaluatedTask[]
  /** What the results file says of itself. */
  readonly version: string | null
  /** What the harness was told of the model, by name. */
  readonly modelArgs: Readonly<Record<string, unknown>>
  /** The results file that is carried. */
  readonly results: { readonly file: string; readonly content: Uint8Array }
  /** Samples hold texts: they are hashed, and stay where they are. */
  readonly samples: readonly string[]
  /** Metrics that no record can be made of, each with the reason. */
  readonly left: readonly string[]
}

export interface EvaluatedTask {
  readonly task: string
  readonly taskVersion: string
  /** The task's configuration and how many examples were shown: what `configHash` is the hash of. */
  readonly config: { readonly config: z.infer<typeof resultsSchema>['configs'][string]; readonly shots: number | null }
  readonly samplesFile: string
  /** In the order in which they answered. */
  readonly filters: readonly string[]
  /** By their keys, "name,filter"; what they are called in a record; and whether they are the mean of their samples' scores. */
  readonly metrics: readonly { readonly key: string; readonly called: string; readonly isMean: boolean }[]
}

/** The latest results of a folder if not said which, each benchmark compared with its samples. */
export function readEvaluation(source: SourceFolder, file = latestResults(source)): Evaluation {
  if (file === undefined)
    throw new RunError(
      source.path,
      'it holds no results of lm-evaluation-harness',
      {},
      'Name the folder of --output_path, where its results are, or the file itself.',
    )
  const content = readBytes(source, file)
  const text = new TextDecoder().decode(content)
  const results = parseJson(file, text, resultsSchema, 'a results file of lm-evaluation-harness')
  const { keccak256: resultsHash } = digestFile(content)
  const left: string[] = []
  const names = Object.keys(results.configs).filter((task) => Object.hasOwn(results.results, task))
  if (names.length === 0)
    throw malformed(file, 'it evaluates no task', {
      results: Object.keys(results.results).join(' '),
      configs: Object.keys(results.configs).join(' '),
    })
  const read = names.map((task) => {
    const config = { config: results.configs[task] ?? {}, shots: results['n-shot']?.[task] ?? null }
    const taskVersion = String(results.versions[task] ?? '')
    const metrics = metricsOf(file, results, task)
    const filters = [...new Set(metrics.map(({ filter }) => filter))]
    const found = samplesFile(source, file, task, results.config?.model_args)
    const samples = readScores(source, found, filters)
    requireSamples(file, results, task, samples)
    const leave = (key: string, because: string): readonly Benchmark[] => {
      left.push(`${task} ${key}: ${because}`)
      return []
    }
    const benchmarks = metrics.flatMap((metric): readonly Benchmark[] => {
      const { key, value, stderr } = metric
      if (!Number.isFinite(value)) return leave(key, 'its score is no number')
      const scores = samples.scores.get(key) ?? []
      if (scores.some(Number.isNaN)) return leave(key, 'the score of a sample is no number')
      if (stderr === null) return leave(key, 'no standard error was estimated')
      requireMean(file, task, metric, scores)
      if (!isMean(scores, value) && (SHARES.includes(metric.name) || stderr === 0))
        return leave(key, 'its samples do not say how each scored, so its interval is not known')
      return [
        {
          task,
          taskVersion,
          configHash: hashOfConfig(config),
          measured: {
            metric: calledOf(metric),
            datasetHash: samples.datasetHash,
            score: millionths(isMean(scores, value) ? intervalOf(scores) : around(value, stderr)),
            sampleCount: samples.count,
            resultsHash,
          },
        },
      ]
    })
    const described = metrics.map((metric) => ({
      key: metric.key,
      called: calledOf(metric),
      isMean: isMean(samples.scores.get(metric.key) ?? [], metric.value),
    }))
    return { task, taskVersion, config, samplesFile: found, filters, metrics: described, benchmarks }
  })
  return {
    benchmarks: read.flatMap(({ benchmarks }) => benchmarks),
    tasks: read,
    version: results.lm_eval_version ?? null,
    modelArgs: argumentsOf(results.config?.model_args ?? null),
    results: { file, content },
    samples: read.map((each) => each.samplesFile),
    left,
  }
}

interface Metric {
  readonly key: string
  readonly name: string
  readonly filter: string
  readonly value: number
  readonly stderr: number | null
}

function metricsOf(file: string, { results }: Results, task: string): readonly Metric[] {
  const found = results[task] ?? {}
  return Object.entries(found).flatMap(([key, value]): Metric[] => {
    const [name, filter, ...others] = key.split(',')
    const isMetric = name !== undefined && filter !== undefined && others.length === 0 && !name.endsWith('_stderr')
    if (!isMetric) return []
    const stderr = scoreOf(found[`${name}_stderr,${filter}`])
    if (stderr !== null && stderr < 0)
      throw malformed(file, `task ${task} has a standard error that is none`, {
        field: `${name}_stderr,${filter}`,
        stderr,
      })
    const isKnown = stderr !== null && Number.isFinite(stderr)
    return [{ key, name, filter, value: scoreOf(value) ?? Number.NaN, stderr: isKnown ? stderr : null }]
  })
}

function calledOf({ key, name, filter }: Metric): string {
  return filter === 'none' ? name : key
}

/** The results count their samples, and name them by a hash. */
function requireSamples(file: string, results: Results, task: string, { count, taskHash }: TaskScores): void {
  const named = results.task_hashes?.[task]
  if (typeof named === 'string' && named !== taskHash)
    throw malformed(file, `it is of other samples of task ${task} than those beside it`, {
      field: `task_hashes.${task}`,
      found: taskHash,
      expected: named,
    })
  const expected = results['n-samples']?.[task]?.effective
  if (expected === undefined || expected === count) return
  throw malformed(file, `it counts other samples of task ${task} than there are`, {
    field: `n-samples.${task}.effective`,
    found: count,
    expected,
  })
}

/** A share is the mean of its samples' scores, or the two files are of two evaluations. */
function requireMean(file: string, task: string, { key, name, value }: Metric, scores: readonly number[]): void {
  if (!SHARES.includes(name)) return
  if (value < 0 || value > 1) throw malformed(file, `task ${task} has a share that is none`, { field: key, value })
  if (scores.length === 0 || isMean(scores, value)) return
  throw malformed(file, `the samples of task ${task} have another mean`, { field: key, value, mean: meanOf(scores) })
}

function meanOf(scores: readonly number[]): number {
  return scores.reduce((sum, score) => sum + score, 0) / scores.length
}

function isMean(scores: readonly number[], value: number): boolean {
  return scores.length > 0 && Math.abs(meanOf(scores) - value) <= 1e-9
}

/** Of a figure that is no mean of its samples, by the harness's own standard error. */
function around(value: number, stderr: number): Interval {
  return { value, low: value - Z * stderr, high: value + Z * stderr }
}

function millionths({ value, low, high }: Interval): Benchmark['measured']['score'] {
  const whole = (x: number) => Math.round(x * MILLION)
  return { value: whole(value), low: whole(low), high: whole(high) }
}

/** "pretrained=a,load_in_4bit=True", or an object of the same. */
function argumentsOf(told: string | Readonly<Record<string, unknown>> | null): Readonly<Record<string, unknown>> {
  if (typeof told !== 'string') return told ?? {}
  return Object.fromEntries(
    told.split(',').flatMap((pair) => {
      const cut = pair.indexOf('=')
      return cut < 0 ? [] : [[pair.slice(0, cut).trim(), pair.slice(cut + 1).trim()]]
    }),
  )
}

function malformed(file: string, what: string, facts: RunError['facts']): RunError {
  return new RunError(file, what, facts, 'Evaluate again, and keep the results and samples of one evaluation together.')
}
