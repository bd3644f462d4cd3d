import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { copyOf } from '../import/importSetup.ts'

/** Results of a real evaluation, as if of a named model; what a twin answered is made of them. */

type Line = { acc: number; acc_norm: number; resps: [[string, string]][]; [field: string]: unknown }
type Results = {
  results: Record<string, Record<string, unknown>>
  config: Record<string, unknown>
  [field: string]: unknown
}

/** A copy of the fixture whose harness was told `modelArgs`, and whose samples answered as `change` makes them. */
export function resultsOf(folder: string, modelArgs: string, change: (line: Line, i: number) => Line = (line) => line) {
  copyOf(folder, 'lm-eval')
  const below = join(folder, 'dummy')
  const files = readdirSync(below)
  const pathOf = (start: string) => join(below, files.find((file) => file.startsWith(start)) ?? '')
  const lines = readFileSync(pathOf('samples_'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line, i) => change(JSON.parse(line), i))
  writeFileSync(pathOf('samples_'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
  const meanOf = (metric: 'acc' | 'acc_norm') => lines.reduce((sum, line) => sum + line[metric], 0) / lines.length
  const results: Results = JSON.parse(readFileSync(pathOf('results_'), 'utf8'))
  const [task = ''] = Object.keys(results.results)
  results.results[task] = { ...results.results[task], 'acc,none': meanOf('acc'), 'acc_norm,none': meanOf('acc_norm') }
  const asked = lines.map(({ doc_hash, prompt_hash, target_hash }) => `${doc_hash}${prompt_hash}${target_hash}`)
  results.task_hashes = { [task]: createHash('sha256').update(asked.join('')).digest('hex') }
  results.config = { ...results.config, model_args: modelArgs }
  writeFileSync(pathOf('results_'), JSON.stringify(results))
  return folder
}

/** Turns a wrong answer right, and says so in its likelihoods: the right choice of sample i is i modulo 4. */
export function righted(line: Line, i: number): Line {
  const resps = line.resps.map(([[likelihood, greedy]], choice): [[string, string]] => [
    [choice === i % 4 ? '-0.001' : likelihood, greedy],
  ])
  return { ...line, resps, acc: 1, acc_norm: 1 }
}
