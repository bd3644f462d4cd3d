/**
 * Results and samples of lm-evaluation-harness (import/lmEval.ts), and those of the full-precision twin → one evaluation a task.
 * What a sample was asked stays behind: of its texts only the harness's hashes are taken.
 */
import { z } from 'zod'
import { readLines } from '../import/lines.ts'
import { type EvaluatedTask, readEvaluation } from '../import/lmEval.ts'
import { openFile, parseJson, type SourceFolder } from '../import/sourceFolder.ts'
import { RunError } from '../run/runError.ts'
import type { EvaluatedAnswer, Evaluation } from './evaluationFile.ts'

export interface HarnessResults {
  readonly source: SourceFolder
  /** The results file; the latest of the source if not said. */
  readonly file?: string | undefined
  readonly model: Evaluation['model']
}

export interface HarnessEvaluations {
  readonly evaluations: readonly Evaluation[]
  /** Metrics that no record can be made of, each with the reason. */
  readonly left: readonly string[]
}

export function readHarness(own: HarnessResults, other?: HarnessResults): HarnessEvaluations {
  const results = readEvaluation(own.source, own.file)
  const twin = other && { ...other, results: readEvaluation(other.source, other.file) }
  const left: string[] = []
  const evaluations = results.tasks.flatMap((task): Evaluation[] => {
    const kept = task.metrics.filter(({ isMean }) => isMean)
    for (const { called, isMean } of task.metrics)
      if (!isMean) left.push(`${called} of ${task.task}: it is not the mean of its samples' scores`)
    if (kept.length === 0) return []
    const keys = kept.map(({ key }) => key)
    const samples = readAnswers(own.source, task, keys)
    const twinSamples =
      twin && readAnswers(twin.source, taskOf(twin.results.tasks, task, twin.results.results.file), keys)
    if (twinSamples !== undefined) requireSameSamples(task, samples, twinSamples)
    return [
      {
        tool: `lm-evaluation-harness ${results.version ?? 'of unknown version'}`,
        model: own.model,
        twin: twin?.model ?? null,
        task: task.task,
        taskVersion: task.taskVersion,
        config: task.config,
        metrics: kept.map(({ called }) => called),
        samples: samples.map(({ sample, answer }, i) => ({
          sample,
          model: answer,
          twin: twinSamples?.[i]?.answer ?? null,
        })),
      },
    ]
  })
  return { evaluations, left }
}

const EVALUATE_BOTH =
  'Evaluate model and twin on the same tasks, with the same examples and limits, and with --log_samples.'

function taskOf(tasks: readonly EvaluatedTask[], { task, taskVersion }: EvaluatedTask, file: string): EvaluatedTask {
  const found = tasks.find((other) => other.task === task && other.taskVersion === taskVersion)
  if (found !== undefined) return found
  throw new RunError(file, `the twin did not answer task ${task}, version ${taskVersion}`, { task }, EVALUATE_BOTH)
}

interface Answered {
  /** sha-256 of the document, as the harness takes it. */
  readonly sample: string
  /** sha-256 of the document, of the prompt and of the expected answer, in a row. */
  readonly asked: string
  readonly answer: EvaluatedAnswer
}

const digest = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits')
const lineSchema = z.looseObject({
  doc_id: z.int().nonnegative(),
  doc_hash: digest,
  prompt_hash: digest,
  target_hash: digest,
  filter: z.string().default('none'),
  resps: z.array(z.unknown()).default([]),
})
/** Of a multiple choice: each choice's log-likelihood and whether it is the likeliest text, written as strings. */
const choicesSchema = z.array(z.tuple([z.tuple([z.coerce.number(), z.unknown()])])).min(2)

/** The samples in the order in which they were asked, each with its scores by `keys`. */
function readAnswers(source: SourceFolder, task: EvaluatedTask, keys: readonly string[]): readonly Answered[] {
  const file = task.samplesFile
  const found = new Map<number, { sample: string; asked: string; scores: Map<string, number>; resps: unknown[] }>()
  const open = openFile(source, file)
  try {
    let line = 0
    for (const text of readLines(open)) {
      line++
      const sample = parseJson(`${file}, line ${line}`, text, lineSchema, 'a sample of lm-evaluation-harness')
      const { doc_id, doc_hash, prompt_hash, target_hash, filter, resps } = sample
      const entry = found.get(doc_id) ?? {
        sample: doc_hash,
        asked: `${doc_hash}${prompt_hash}${target_hash}`,
        scores: new Map<string, number>(),
        resps,
      }
      found.set(doc_id, entry)
      for (const key of keys) {
        const [name = '', of] = key.split(',')
        const score = sample[name]
        if (of === filter && typeof score === 'number') entry.scores.set(key, score)
      }
    }
  } finally {
    open.close()
  }
  return [...found].map(([doc, { sample, asked, scores, resps }]) => ({
    sample,
    asked,
    answer: {
      scores: keys.map((key) => scores.get(key) ?? missingScore(file, doc, key)),
      logits: logitsOf(file, task, doc, resps),
    },
  }))
}

function missingScore(file: string, doc: number, key: string): never {
  throw new RunError(file, 'a sample has no score', { doc_id: doc, metric: key }, EVALUATE_BOTH)
}

/** Log-likelihoods of the choices; null for tasks that offer none, and where unconditional ones stand among them. */
function logitsOf(file: string, { config }: EvaluatedTask, doc: number, resps: readonly unknown[]): number[] | null {
  const { output_type, metric_list } = config.config
  const isMutual = JSON.stringify(metric_list ?? null).includes('mutual_info')
  if (output_type !== 'multiple_choice' || isMutual) return null
  const parsed = choicesSchema.safeParse(resps)
  if (parsed.success) return parsed.data.map(([[logLikelihood]]) => logLikelihood)
  throw new RunError(
    file,
    'a sample of a multiple choice does not give each choice a log-likelihood',
    { doc_id: doc, problem: parsed.error.issues[0]?.message ?? 'unknown' },
    'Look at the model that answered; a log-likelihood is a finite number.',
  )
}

function requireSameSamples({ task }: EvaluatedTask, own: readonly Answered[], other: readonly Answered[]): void {
  const different = own.findIndex(({ asked }, i) => other[i]?.asked !== asked)
  if (different < 0 && own.length === other.length) return
  throw new RunError(
    task,
    'model and twin were asked different samples',
    { samples: own.length, twin: other.length, firstDifferent: Math.max(different, 0) },
    EVALUATE_BOTH,
  )
}
