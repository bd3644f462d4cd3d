/**
 * What a model answered to the samples of a multiple choice: the log-likelihood of each choice, and which one each metric took
 * (EleutherAI/lm-evaluation-harness 0.4.13, lm_eval/api/task.py: ConfigurableTask.process_results).
 */
import { z } from 'zod'
import type { EvaluatedTask } from '../import/lmEval.ts'
import { type Sample, scoreOf } from '../import/lmEvalSamples.ts'
import { RunError } from '../run/runError.ts'
import { answered } from './evaluationFile.ts'

/**
 * A log-likelihood, which older versions write as a number and newer ones as a text. An empty text is none, and not zero; NaN is what
 * the model answered.
 */
const likelihood = z
  .custom<unknown>((told) => typeof told !== 'boolean' && scoreOf(told) !== null)
  .transform((told) => scoreOf(told) ?? Number.NaN)
const answer = z.tuple([likelihood, z.unknown()])
/** Each choice has one response, of a log-likelihood and whether it is the likeliest text. */
const choicesSchema = z.array(z.union([z.tuple([answer]).transform(([only]) => only), answer])).min(2)

/** Log-likelihoods of the choices; null for tasks that offer none, and where unconditional ones stand among them. */
export function logitsOf(
  file: string,
  { config }: EvaluatedTask,
  doc: number,
  resps: readonly unknown[],
): number[] | null {
  const { output_type, metric_list } = config.config
  const isMutual = JSON.stringify(metric_list ?? null).includes('mutual_info')
  if (output_type !== 'multiple_choice' || isMutual) return null
  const parsed = choicesSchema.safeParse(resps)
  if (parsed.success) return parsed.data.map(([logLikelihood]) => logLikelihood)
  throw new RunError(
    file,
    'a sample of a multiple choice does not give each choice a log-likelihood',
    { doc_id: doc, problem: parsed.error.issues[0]?.message ?? 'unknown' },
    'Look at the model that answered; a log-likelihood is a finite number.',
  )
}

/** How a metric takes an answer: the likeliest, or the likeliest by the characters or bytes of its text. */
const LENGTHS: Readonly<Record<string, (text: string) => number>> = {
  acc: () => 1,
  acc_norm: (text) => [...text].length,
  acc_bytes: (text) => Buffer.byteLength(text),
}

/** The answers that a metric took; null where they cannot be told, or would not score what the harness says. */
export function answersOf(
  key: string,
  { config }: EvaluatedTask,
  samples: readonly Sample[],
  logits: readonly (readonly number[] | null)[],
  scores: readonly number[],
): readonly number[] | null {
  const [name = '', filter] = key.split(',')
  const length = filter === 'none' ? LENGTHS[name] : undefined
  if (length === undefined) return null
  const delimiter = config.config.target_delimiter
  const cut = typeof delimiter === 'string' ? delimiter : ' '
  const taken = samples.map(({ choices, target }, i) => {
    const likelihoods = logits[i] ?? null
    if (likelihoods === null || choices?.length !== likelihoods.length) return null
    // Where the choices stand in the prompt, what follows is the same for all, and their texts are not logged.
    if (name !== 'acc' && new Set(choices).size === 1) return null
    const texts = choices.map((choice) => (choice.startsWith(cut) ? choice.slice(cut.length) : choice))
    const answer = answered(likelihoods.map((likelihood, c) => likelihood / length(texts[c] as string)))
    const right = /^\d+$/.test(String(target)) ? Number(target) : null
    return right === null || (answer === right ? 1 : 0) === scores[i] ? answer : null
  })
  return taken.every((each) => each !== null) ? taken : null
}
