/**
 * Results and samples of lm-evaluation-harness (import/lmEval.ts), and those of the full-precision twin → one evaluation a task.
 * What a sample was asked stays behind: of its texts only the harness's hashes are taken.
 */
import { type EvaluatedTask, readEvaluation } from '../import/lmEval.ts'
import { readSamples, type Sample } from '../import/lmEvalSamples.ts'
import type { SourceFolder } from '../import/sourceFolder.ts'
import { RunError } from '../run/runError.ts'
import type { EvaluatedAnswer, Evaluation } from './evaluationFile.ts'
import { answersOf, logitsOf } from './harnessAnswers.ts'

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
  let lost: { readonly task: EvaluatedTask; readonly doc: number } | undefined
  const evaluations = results.tasks.flatMap((task): Evaluation[] => {
    const kept = task.metrics.filter(({ isMean }) => isMean)
    for (const { called, isMean } of task.metrics)
      if (!isMean) left.push(`${called} of ${task.task}: it is not the mean of its samples' scores`)
    if (kept.length === 0) return []
    const keys = kept.map(({ key }) => key)
    const samples = readAnswers(own.source, task, keys)
    const twinSamples =
      twin && readAnswers(twin.source, taskOf(twin.results.tasks, task, twin.results.results.file), keys)
    const odd = [...samples, ...(twinSamples ?? [])].find(({ answer }) => answer.logits?.some(isNotFinite))
    if (odd !== undefined) {
      lost ??= { task, doc: odd.doc }
      left.push(`${task.task}: a log-likelihood of sample ${odd.doc} is no finite number`)
      return []
    }
    const twins = twinSamples && paired(task, samples, twinSamples)
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
          twin: twins?.[i]?.answer ?? null,
        })),
      },
    ]
  })
  if (lost === undefined || evaluations.length > 0) return { evaluations, left }
  throw new RunError(
    lost.task.samplesFile,
    'a sample of a multiple choice does not give each choice a log-likelihood',
    { doc_id: lost.doc, task: lost.task.task, problem: 'it is NaN or infinite' },
    'Look at the model that answered; a log-likelihood is a finite number.',
  )
}

const isNotFinite = (value: number) => !Number.isFinite(value)

const EVALUATE_BOTH =
  'Evaluate model and twin on the same tasks, with the same examples and limits, and with --log_samples.'

function taskOf(tasks: readonly EvaluatedTask[], { task, taskVersion }: EvaluatedTask, file: string): EvaluatedTask {
  const found = tasks.find((other) => other.task === task && other.taskVersion === taskVersion)
  if (found !== undefined) return found
  throw new RunError(file, `the twin did not answer task ${task}, version ${taskVersion}`, { task }, EVALUATE_BOTH)
}

interface Answered {
  readonly doc: number
  /** sha-256 of the document, as the harness takes it. */
  readonly sample: string
  /** sha-256 of the document, of the prompt and of the expected answer, in a row. */
  readonly asked: string
  readonly answer: EvaluatedAnswer
}

/** The samples in the order of their numbers, each with its scores by `keys`. */
function readAnswers(source: SourceFolder, task: EvaluatedTask, keys: readonly string[]): readonly Answered[] {
  const file = task.samplesFile
  const found = new Map<number, Sample & { readonly byKey: Map<string, number> }>()
  for (const sample of readSamples(source, file, task.filters)) {
    const entry = found.get(sample.doc) ?? { ...sample, byKey: new Map<string, number>() }
    found.set(sample.doc, entry)
    for (const key of keys) {
      const [name = '', of] = key.split(',')
      const score = sample.scores.get(name)
      if (of === sample.filter && score !== undefined) entry.byKey.set(key, score)
    }
  }
  const samples = [...found.values()].toSorted((a, b) => a.doc - b.doc)
  const logits = samples.map(({ doc, resps }) => logitsOf(file, task, doc, resps))
  const scores = samples.map(({ doc, byKey }) => keys.map((key) => byKey.get(key) ?? missingScore(file, doc, key)))
  const answers = keys.map((key, place) =>
    answersOf(
      key,
      task,
      samples,
      logits,
      scores.map((each) => each[place] as number),
    ),
  )
  const isAnswered = answers.some((taken) => taken !== null)
  return samples.map(({ doc, hash, asked }, i) => ({
    doc,
    sample: hash,
    asked,
    answer: {
      scores: scores[i] as number[],
      logits: logits[i] as number[] | null,
      ...(isAnswered && { answers: answers.map((taken) => taken?.[i] ?? null) }),
    },
  }))
}

function missingScore(file: string, doc: number, key: string): never {
  throw new RunError(file, 'a sample has no score', { doc_id: doc, metric: key }, EVALUATE_BOTH)
}

/**
 * The twin's answers to the same samples, whatever order it was asked in: by number and hash, or by hash alone where several ranks
 * numbered their own samples.
 */
function paired({ task }: EvaluatedTask, own: readonly Answered[], other: readonly Answered[]): readonly Answered[] {
  const byKey = (keyOf: (sample: Answered) => string) => {
    const waiting = Map.groupBy(other, keyOf)
    return own.map((sample) => waiting.get(keyOf(sample))?.shift())
  }
  const byNumber = byKey(({ doc, asked }) => `${doc} ${asked}`)
  const found = byNumber.includes(undefined) ? byKey(({ asked }) => asked) : byNumber
  const different = found.indexOf(undefined)
  if (different < 0 && own.length === other.length) return found as readonly Answered[]
  throw new RunError(
    task,
    'model and twin were asked different samples',
    { samples: own.length, twin: other.length, firstDifferent: own[Math.max(different, 0)]?.doc ?? 0 },
    EVALUATE_BOTH,
  )
}
