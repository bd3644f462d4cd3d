/**
 * Where lm-evaluation-harness leaves its files, by version (EleutherAI/lm-evaluation-harness, read from 0.4.0 to 0.4.13; 0.4.0 is the
 * oldest that is read):
 *
 *     0.4.0 – 0.4.2    <folder>/results.json, or the name that --output_path gives; <model_args>_<task>.jsonl, one JSON array
 *                      (lm_eval/__main__.py: cli_evaluate)
 *     from 0.4.3       results_<time>.json, or <name>_<time>.json of --output_path <name>.json; samples_<task>_<time>.jsonl, a line a
 *                      sample (lm_eval/loggers/evaluation_tracker.py: save_results_aggregated, save_results_samples)
 */
import { RunError } from '../run/runError.ts'
import { beside, has, readText, type SourceFolder } from './sourceFolder.ts'

const TIMED = /(?:^|\/)(?:results_([^/]+)|[^/]+_(\d{4}-\d{2}-\d{2}T[^/]+))\.json$/
const OLD = /(^|\/)results\.json$/

/** Names that are results in every version. */
export function hasResults({ files }: SourceFolder): boolean {
  return files.some(isNamedSo)
}

/** The latest by the time in its name; else the one file without a time. */
export function latestResults(source: SourceFolder): string | undefined {
  const timed = source.files.filter((file) => TIMED.test(file) && isResults(source, file))
  if (timed.length > 0) {
    requireOneFolder(timed)
    return timed.toSorted((a, b) => (timeOf(a) < timeOf(b) ? -1 : 1)).at(-1)
  }
  const named = source.files.filter((file) => file.endsWith('.json') && isResults(source, file))
  if (named.length < 2) return named[0]
  throw new RunError(
    named[1] ?? '',
    'it is one of several results without a time',
    { files: named.join(' ') },
    'Name the one that is meant, or keep each evaluation in a folder of its own.',
  )
}

/** The harness keeps each model's results in a folder of its own, and the latest of all may be another model's. */
function requireOneFolder(files: readonly string[]): void {
  const folders = new Set(files.map((file) => beside(file, '')))
  if (folders.size === 1) return
  const [, second = ''] = folders
  throw new RunError(
    files.find((file) => beside(file, '') === second) ?? '',
    'it is one of results in several folders, which may be of several models',
    { folders: [...folders].join(' ') },
    'Name the folder, or the file, of the evaluation that is meant.',
  )
}

/** Whatever its name is: --output_path may say any. */
function isResults(source: SourceFolder, file: string): boolean {
  if (isNamedSo(file)) return true
  const text = readText(source, file)
  return ['"results"', '"configs"', '"versions"'].every((part) => text.includes(part))
}

function isNamedSo(file: string): boolean {
  return OLD.test(file) || TIMED.exec(file)?.[1] !== undefined
}

function timeOf(file: string): string {
  const [, ofResults, ofOther] = TIMED.exec(file) ?? []
  return ofResults ?? ofOther ?? ''
}

/** @param modelArgs What the harness was told of the model: older versions name their samples by it. */
export function samplesFile(source: SourceFolder, results: string, task: string, modelArgs: unknown): string {
  const time = timeOf(results)
  const args = typeof modelArgs === 'string' ? modelArgs.replace(/\/|=/g, '__') : ''
  const names =
    time === ''
      ? [`${args}_${task}.jsonl`, `${args}_${task}.json`]
      : [`samples_${task}_${time}.jsonl`, `samples_${task}_${time}.json`]
  const [expected = ''] = names.map((name) => beside(results, name))
  const found =
    names.map((name) => beside(results, name)).find((file) => has(source, file)) ??
    onlyOneOf(source, results, task, time)
  if (found !== undefined) return found
  throw new RunError(
    expected,
    `it is missing: the samples of task ${task}`,
    {},
    'Evaluate with --log_samples; a record names the samples that were asked by their hash.',
  )
}

/** A folder that was moved or renamed keeps the end of the name. */
function onlyOneOf({ files }: SourceFolder, results: string, task: string, time: string): string | undefined {
  if (time !== '') return undefined
  const found = files.filter(
    (file) => file.endsWith(`_${task}.jsonl`) && beside(results, file.split('/').at(-1) ?? '') === file,
  )
  return found.length === 1 ? found[0] : undefined
}
