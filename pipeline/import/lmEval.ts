/**
 * Results of lm-evaluation-harness: `results_<time>.json`, and with --log_samples `samples_<task>_<time>.jsonl` beside it.
 *
 * EleutherAI/lm-evaluation-harness 0.4.13, lm_eval/loggers/evaluation_tracker.py: EvaluationTracker.save_results_aggregated
 * and save_results_samples; lm_eval/result_schema.py. A metric's key is "name,filter", its standard error's
 * "name_stderr,filter" ("N/A" where none was estimated).
 */
import { z } from 'zod'
import { digestFile } from '../run/digest.ts'
import type { Benchmark } from '../run/manifest.ts'
import { RunError } from '../run/runError.ts'
import { hashOfConfig } from './configHash.ts'
import { readSamples, type Samples } from './lmEvalSamples.ts'
import { has, parseJson, readBytes, type SourceFolder } from './sourceFolder.ts'

const RESULTS = /(^|\/)results_([^/]+)\.json$/
const resultsSchema = z.looseObject({
  results: z.record(z.string(), z.looseObject({})),
  configs: z.record(z.string(), z.record(z.string(), z.json())),
  versions: z.record(z.string(), z.union([z.string(), z.number(), z.null()])),
  'n-shot': z.record(z.string(), z.int()).optional(),
  'n-samples': z.record(z.string(), z.looseObject({ effective: z.int().nonnegative() })).optional(),
  task_hashes: z.record(z.string(), z.string()).optional(),
  lm_eval_version: z.string().optional(),
  config: z.looseObject({ model_args: z.union([z.string(), z.record(z.string(), z.json())]).nullish() }).optional(),
})
type Results = z.infer<typeof resultsSchema>

/** Metrics that lie between zero and one, and are the plain mean of what every sample scored. */
const SHARES = ['acc', 'acc_norm', 'acc_bytes', 'exact_match', 'mc1', 'mc2', 'em']
/** Two-sided 95 % of a normal distribution. */
const Z95 = 1.959963984540054
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
  /** By their keys, "name,filter"; what they are called in a record; and whether they are the mean of their samples' scores. */
  readonly metrics: readonly { readonly key: string; readonly called: string; readonly isMean: boolean }[]
}

export function hasResults({ files }: SourceFolder): boolean {
  return files.some((file) => RESULTS.test(file))
}

/** The latest results of a folder if not said which, each benchmark held against its samples. */
export function readEvaluation(source: SourceFolder, file = latestResults(source)): Evaluation {
  if (file === undefined)
    throw new RunError(
      source.path,
      'it holds no results of lm-evaluation-harness',
      {},
      'Name the folder of --output_path, where results_<time>.json is.',
    )
  const content = readBytes(source, file)
  const text = new TextDecoder().decode(content)
  const results = parseJson(file, text, resultsSchema, 'a results file of lm-evaluation-harness')
  const { keccak256: resultsHash } = digestFile(content)
  const left: string[] = []
  const names = Object.keys(results.configs).filter((task) => task in results.results)
  const read = names.map((task) => {
    const config = { config: results.configs[task] ?? {}, shots: results['n-shot']?.[task] ?? null }
    const taskVersion = String(results.versions[task] ?? '')
    const samplesFile = samplesOf(source, file, task)
    const samples = readSamples(source, samplesFile)
    requireSamples(file, results, task, samples)
    const benchmarks = metricsOf(file, results, task).flatMap((metric): Benchmark[] => {
      if (metric.stderr === null) {
        left.push(`${task} ${metric.key}: no standard error was estimated`)
        return []
      }
      requireMean(file, task, metric, samples)
      return [
        {
          task,
          taskVersion,
          configHash: hashOfConfig(config),
          measured: {
            metric: calledOf(metric),
            datasetHash: samples.datasetHash,
            score: scoreOf(metric.name, metric.value, metric.stderr),
            sampleCount: samples.count,
            resultsHash,
          },
        },
      ]
    })
    const metrics = metricsOf(file, results, task).map((metric) => ({
      key: metric.key,
      called: calledOf(metric),
      isMean: Math.abs((samples.means.get(metric.key) ?? Number.NaN) - metric.value) <= 1e-9,
    }))
    return { task, taskVersion, config, samplesFile, metrics, benchmarks }
  })
  return {
    benchmarks: read.flatMap(({ benchmarks }) => benchmarks),
    tasks: read,
    version: results.lm_eval_version ?? null,
    modelArgs: argumentsOf(results.config?.model_args ?? null),
    results: { file, content },
    samples: read.map(({ samplesFile }) => samplesFile),
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
    if (!isMetric || typeof value !== 'number') return []
    const stderr = found[`${name}_stderr,${filter}`]
    if (typeof stderr === 'number' && stderr < 0)
      throw malformed(file, `task ${task} has a negative standard error`, { field: `${name}_stderr,${filter}`, stderr })
    return [{ key, name, filter, value, stderr: typeof stderr === 'number' ? stderr : null }]
  })
}

function calledOf({ key, name, filter }: Metric): string {
  return filter === 'none' ? name : key
}

function samplesOf(source: SourceFolder, results: string, task: string): string {
  const [, folder, time] = /^(.*\/)?results_([^/]+)\.json$/.exec(results) ?? []
  const file = `${folder ?? ''}samples_${task}_${time}.jsonl`
  if (has(source, file)) return file
  throw new RunError(
    file,
    `it is missing: the samples of task ${task}`,
    {},
    'Evaluate with --log_samples; a record names the samples that were asked by their hash.',
  )
}

/** The results count their samples, and name them by a hash. */
function requireSamples(file: string, results: Results, task: string, { count, taskHash }: Samples): void {
  const named = results.task_hashes?.[task]
  if (named !== undefined && named !== taskHash)
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
function requireMean(file: string, task: string, { key, name, filter, value }: Metric, samples: Samples): void {
  if (!SHARES.includes(name)) return
  if (value < 0 || value > 1) throw malformed(file, `task ${task} has a share that is none`, { field: key, value })
  const mean = samples.means.get(`${name},${filter}`)
  if (mean === undefined || Math.abs(mean - value) <= 1e-9) return
  throw malformed(file, `the samples of task ${task} have another mean`, { field: key, value, mean })
}

/** In millionths, with the interval of a normal distribution around the mean; a share stays between zero and one. */
function scoreOf(name: string, value: number, stderr: number): Benchmark['measured']['score'] {
  const isShare = SHARES.includes(name)
  const low = value - Z95 * stderr
  const high = value + Z95 * stderr
  const millionths = (x: number) => Math.round(x * MILLION)
  return {
    value: millionths(value),
    low: millionths(isShare ? Math.max(0, low) : low),
    high: millionths(isShare ? Math.min(1, high) : high),
  }
}

function latestResults({ files }: SourceFolder): string | undefined {
  return files
    .filter((name) => RESULTS.test(name))
    .toSorted(byTime)
    .at(-1)
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

function byTime(a: string, b: string): number {
  const [timeA, timeB] = [RESULTS.exec(a)?.[2] ?? '', RESULTS.exec(b)?.[2] ?? '']
  return timeA < timeB ? -1 : 1
}

function malformed(file: string, what: string, facts: RunError['facts']): RunError {
  return new RunError(file, what, facts, 'Evaluate again, and keep the results and samples of one evaluation together.')
}
