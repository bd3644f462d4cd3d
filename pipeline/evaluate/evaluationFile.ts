/**
 * `evaluation.jsonl`: every sample of one evaluation with what the model, and its full-precision twin, made of it. The record on
 * chain names this file by its keccak256, and every figure in the record follows from it: docs/evaluations.md.
 *
 *     {"format":1,"tool","model","twin","task","taskVersion","config","metrics","samples"}         a header
 *     {"sample","target"?,"model":{"scores","logits","answers"?},"twin":{…}|null}                  a line a sample, as asked
 *
 * No text is in it: samples are named by hashes.
 */
import { z } from 'zod'
import { bytes32Schema } from '../run/manifestParts.ts'
import { RunError } from '../run/runError.ts'

/** The file's name in the run folder of an embedded run. */
export const EVALUATION_FILE = 'evaluation.jsonl'
export const EVALUATION_FORMAT = 1

const evaluated = z.strictObject({
  name: z.string().min(1),
  /** keccak256 of the adapter's weights, or of the whole model's, as `Models` registers them. */
  weightsHash: bytes32Schema,
})

const headerSchema = z.strictObject({
  format: z.literal(EVALUATION_FORMAT),
  /** What asked the samples, such as "lm-evaluation-harness 0.4.13". */
  tool: z.string().min(1),
  model: evaluated,
  /** The same fine-tune on the base in full precision, where it answered the same samples. */
  twin: evaluated.nullable(),
  task: z.string().min(1),
  taskVersion: z.string(),
  /** How the task was asked; null where nobody kept it. */
  config: z.record(z.string(), z.json()).nullable(),
  metrics: z.array(z.string().min(1)).min(1),
  samples: z.int().positive(),
})

const answerSchema = z.strictObject({
  /** One for each metric; a metric is the plain mean over the samples. */
  scores: z.array(z.number()),
  /** Log-probabilities of the possible answers up to a common constant, in nats; null where the task offers no such list. */
  logits: z.array(z.number()).min(2).nullable(),
  /** Which of them each metric took, where that is known: with lengths taken into account it is not always the likeliest. */
  answers: z.array(z.int().nonnegative().nullable()).optional(),
})

const sampleSchema = z.strictObject({
  sample: z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lowercase hexadecimal digits'),
  /** The right one of the possible answers, where it is known: then the score of "acc" follows from the logits. */
  target: z.int().nonnegative().optional(),
  model: answerSchema,
  twin: answerSchema.nullable(),
})

export type EvaluationHeader = z.infer<typeof headerSchema>
export type EvaluatedSample = z.infer<typeof sampleSchema>
export type EvaluatedAnswer = z.infer<typeof answerSchema>
export type Evaluation = Omit<EvaluationHeader, 'format' | 'samples'> & { readonly samples: readonly EvaluatedSample[] }

export const ACCURACY = 'acc'

/** The place of the largest logit, the first of equals: what lm-evaluation-harness counts as the answer. */
export function answered(logits: readonly number[]): number {
  return logits.indexOf(Math.max(...logits))
}

/** The same evaluation gives the same bytes. */
export function formatEvaluation({
  tool,
  model,
  twin,
  task,
  taskVersion,
  config,
  metrics,
  samples,
}: Evaluation): string {
  const header = {
    format: EVALUATION_FORMAT,
    tool,
    model,
    twin,
    task,
    taskVersion,
    config,
    metrics,
    samples: samples.length,
  }
  return [header, ...samples].map((line) => `${JSON.stringify(line)}\n`).join('')
}

/** Reads a file and believes nothing: the first thing in it that does not hold is thrown as a `RunError`. */
export function parseEvaluation(file: string, content: Uint8Array): Evaluation {
  const [first = '', ...lines] = textOf(file, content).split('\n')
  const {
    format: _,
    samples: count,
    ...header
  } = parseLine(file, 1, first, headerSchema, 'the header of an evaluation')
  if (lines.pop() !== '') throw new RunError(file, 'its last line is cut short', { lines: lines.length }, FETCH)
  if (lines.length !== count)
    throw new RunError(
      file,
      'it does not have as many samples as it says',
      { found: lines.length, samples: count },
      FETCH,
    )
  const samples = lines.map((line, i) => {
    const sample = parseLine(file, i + 2, line, sampleSchema, 'a sample of an evaluation')
    checkSample(file, i + 2, sample, header)
    return sample
  })
  return { ...header, samples }
}

const FETCH = 'Fetch the file again and compare its keccak256 with the record, or evaluate again.'

function textOf(file: string, content: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content)
  } catch (cause) {
    throw new RunError(file, 'it is no text', { bytes: content.length }, FETCH, cause)
  }
}

function parseLine<T>(file: string, line: number, text: string, schema: z.ZodType<T>, what: string): T {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (cause) {
    throw new RunError(file, `line ${line} is no JSON`, {}, FETCH, cause)
  }
  const parsed = schema.safeParse(json)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new RunError(
    file,
    `line ${line} is not ${what}`,
    { field: issue?.path.join('.') || '(whole)', problem: issue?.message ?? z.prettifyError(parsed.error) },
    FETCH,
  )
}

function checkSample(
  file: string,
  line: number,
  { target, ...answers }: EvaluatedSample,
  { twin, metrics }: Pick<EvaluationHeader, 'twin' | 'metrics'>,
): void {
  const refuse = (what: string, facts: RunError['facts']) => {
    throw new RunError(file, `line ${line} ${what}`, facts, FETCH)
  }
  if ((answers.twin === null) !== (twin === null)) refuse('disagrees with the header on whether there is a twin', {})
  for (const [who, answer] of [
    ['model', answers.model],
    ['twin', answers.twin],
  ] as const) {
    if (answer === null) continue
    const { scores, logits } = answer
    if (scores.length !== metrics.length)
      refuse('does not score every metric', { field: `${who}.scores`, found: scores.length, expected: metrics.length })
    if (logits?.length !== answers.model.logits?.length)
      refuse('offers the twin other answers than the model', { field: `${who}.logits` })
    const { answers: taken } = answer
    if (
      taken !== undefined &&
      (taken.length !== metrics.length || taken.some((each) => (each ?? 0) >= (logits?.length ?? 0)))
    )
      refuse('does not name an answer for every metric', { field: `${who}.answers` })
    const place = metrics.indexOf(ACCURACY)
    const named = taken?.[place] ?? null
    if (named !== null && logits !== null && named !== answered(logits))
      refuse('names another answer than its likeliest', { field: `${who}.answers`, found: named })
    if (target === undefined || logits === null) continue
    const right = answered(logits) === target ? 1 : 0
    if (place >= 0 && scores[place] !== right)
      refuse('scores an answer that its logits do not give', {
        field: `${who}.scores`,
        found: scores[place] ?? '',
        right,
      })
  }
}
