/**
 * What was asked, what was answered and how each answer scored, one sample and filter at a time, from every layout that
 * lm-evaluation-harness has had since 0.4.0 (lm_eval/evaluator.py: evaluate, "logged_samples"):
 *
 * - before 0.4.3 samples carry no hashes: they are taken here as the harness takes them since;
 * - before 0.4.8 they do not name their filter: the filters answer one after the other, in the order of the results;
 * - several ranks write their own documents one after the other, so samples stand in any order: here they are put in that of their
 *   numbers.
 */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { RunError } from '../run/runError.ts'
import { readLines } from './lines.ts'
import { openFile, parseJson, parseWith, readText, type SourceFolder } from './sourceFolder.ts'

const digest = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits')
const loggedSchema = z.looseObject({
  doc_id: z.int().nonnegative(),
  doc: z.unknown(),
  target: z.unknown(),
  arguments: z.unknown(),
  resps: z.array(z.unknown()).default([]),
  doc_hash: digest.nullish(),
  prompt_hash: digest.nullish(),
  target_hash: digest.nullish(),
  filter: z.string().nullish(),
  metrics: z.array(z.string()).nullish(),
})
type Logged = z.infer<typeof loggedSchema>

export interface Sample {
  readonly line: number
  readonly doc: number
  /** sha-256 of the document; and of document, prompt and expected answer in a row. */
  readonly hash: string
  readonly asked: string
  readonly filter: string
  /** By metric; what is no number is left out, and NaN may be one. */
  readonly scores: ReadonlyMap<string, number>
  readonly resps: readonly unknown[]
  /** What each request asked to go on with; null where that is not logged. */
  readonly choices: readonly string[] | null
  readonly target: unknown
}

/** Samples in the order of the file. @param filters In the order in which the results name them. */
export function* readSamples(source: SourceFolder, file: string, filters: readonly string[]): Generator<Sample> {
  const times = new Map<number, number>()
  let line = 0
  for (const logged of readLogged(source, file)) {
    line++
    const time = times.get(logged.doc_id) ?? 0
    times.set(logged.doc_id, time + 1)
    const { doc_hash, prompt_hash, target_hash } = { ...hashesOf(logged), ...hashesIn(logged) }
    yield {
      line,
      doc: logged.doc_id,
      hash: doc_hash,
      asked: `${doc_hash}${prompt_hash}${target_hash}`,
      filter: logged.filter ?? filters[time] ?? filters[0] ?? 'none',
      scores: scoresOf(logged),
      resps: logged.resps,
      choices: choicesOf(logged.arguments),
      target: logged.target,
    }
  }
  if (line === 0) throw new RunError(file, 'it holds no samples', {}, 'Evaluate again, with --log_samples.')
}

/** A line each, or one array of them. */
function* readLogged(source: SourceFolder, file: string): Generator<Logged> {
  const what = 'a sample of lm-evaluation-harness'
  const open = openFile(source, file)
  try {
    if (open.size > 0 && open.read(0, 1)[0] === '['.charCodeAt(0)) {
      const all = parseJson(file, readText(source, file), z.array(z.unknown()), `a list of samples`)
      for (const [i, each] of all.entries()) yield parseWith(`${file}, sample ${i + 1}`, each, loggedSchema, what)
      return
    }
    let line = 0
    for (const text of readLines(open)) yield parseJson(`${file}, line ${++line}`, text, loggedSchema, what)
  } finally {
    open.close()
  }
}

function hashesIn({ doc_hash, prompt_hash, target_hash }: Logged) {
  return {
    ...(typeof doc_hash === 'string' && { doc_hash }),
    ...(typeof prompt_hash === 'string' && { prompt_hash }),
    ...(typeof target_hash === 'string' && { target_hash }),
  }
}

/** As the harness: of the document as indented JSON, of the first request's prompt, of the expected answer as a text. */
function hashesOf({ doc, target, arguments: requests, doc_hash }: Logged) {
  if (typeof doc_hash === 'string') return { doc_hash, prompt_hash: '', target_hash: '' }
  const prompt = firstOf(firstOf(requests))
  return {
    doc_hash: sha256(JSON.stringify(doc ?? null, null, 2)),
    prompt_hash: sha256(typeof prompt === 'string' ? prompt : JSON.stringify(prompt ?? null)),
    target_hash: sha256(typeof target === 'string' ? target : JSON.stringify(target ?? null)),
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** The first value of a list, or of an object such as {"gen_args_0": {"arg_0": …}}. */
function firstOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? Object.values(value)[0] : value
}

function choicesOf(requests: unknown): readonly string[] | null {
  if (typeof requests !== 'object' || requests === null) return null
  const choices = Object.values(requests).map((request) =>
    typeof request === 'object' && request !== null ? Object.values(request)[1] : undefined,
  )
  return choices.every((choice) => typeof choice === 'string') ? choices : null
}

const NO_METRICS =
  'doc_id doc target arguments resps filtered_resps filter metrics doc_hash prompt_hash target_hash'.split(' ')

/** Older versions do not list their metrics: then they are what is left of a sample, whatever it is. */
function scoresOf(logged: Logged): ReadonlyMap<string, number> {
  const isListed = logged.metrics != null
  const names = logged.metrics ?? Object.keys(logged).filter((name) => !NO_METRICS.includes(name))
  return new Map(
    names.flatMap((name) => {
      const told = logged[name]
      const score = isListed || typeof told !== 'string' ? scoreOf(told) : null
      if (score !== null) return [[name, score] as const]
      return isListed && told === null ? [[name, Number.NaN] as const] : []
    }),
  )
}

/**
 * A number; JSON's true is one. What Python's json cannot write, such as NumPy's float32 and bool, the harness writes as str() has it
 * (lm_eval/utils.py: handle_non_serializable). Null for anything else.
 */
export function scoreOf(told: unknown): number | null {
  if (typeof told === 'number') return told
  if (typeof told === 'boolean') return Number(told)
  if (typeof told !== 'string') return null
  if (told === 'True' || told === 'False') return Number(told === 'True')
  if (/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(told)) return Number(told)
  return /^[-+]?(nan|inf)$/.test(told) ? Number(told.replace('inf', 'Infinity')) : null
}
