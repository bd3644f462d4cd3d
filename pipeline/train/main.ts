/**
 * Trains a run without a chain:
 *
 *     npx node pipeline/train/main.ts --rows 1600 --held-out 400 --seed 1 --out var/run
 *
 * Options: `--task <mail|speeches>`, `--rows <number|all>`, `--held-out <number>`, `--seed <number>`,
 * `--contributors <number>`, `--max-tokens <number>`, `--cache <folder>` (default var/cache/features), `--out <folder>`,
 * `--no-twin` (skip the full-precision comparison).
 * Contributions are named as in dataset 1, contributor i being account i, so the folder is of the same form as one
 * that a chain knows.
 */
import { parseArgs } from 'node:util'
import { rootOf } from '../../attribution/merkle.ts'
import { contributionId, itemsTree } from '../../sdk/contribution.ts'
import { explain, isExplained, StopError } from '../../sdk/errors.ts'
import { hashItems } from './tasks/item.ts'
import { splitTask } from './tasks/split.ts'
import { taskNamed } from './tasks/tasks.ts'
import { type TrainingContribution, trainRun } from './trainRun.ts'

const OPTIONS = {
  task: { type: 'string', default: 'mail' },
  rows: { type: 'string', default: '1600' },
  'held-out': { type: 'string', default: '400' },
  seed: { type: 'string', default: '1' },
  contributors: { type: 'string', default: '40' },
  'max-tokens': { type: 'string', default: '64' },
  cache: { type: 'string', default: 'var/cache/features' },
  out: { type: 'string', default: 'var/run' },
  'no-twin': { type: 'boolean', default: false },
} as const

function readArguments() {
  try {
    return parseArgs({ options: OPTIONS }).values
  } catch (cause) {
    const options = Object.keys(OPTIONS).map((name) => `--${name}`)
    throw new StopError(
      'The arguments are not understood',
      { problem: cause instanceof Error ? cause.message : String(cause) },
      `Options: ${options.join(' ')}.`,
      cause,
    )
  }
}

function wholeNumber(option: string, text: string): number {
  if (/^[0-9]{1,9}$/.test(text)) return Number(text)
  throw new StopError(`--${option} must be a whole number`, { given: text }, `Write it as in --${option} 1.`)
}

async function main(): Promise<void> {
  const values = readArguments()
  const seed = wholeNumber('seed', values.seed)
  const started = performance.now()
  const task = taskNamed(values.task)
  const split = splitTask(task, {
    seed,
    rows: values.rows === 'all' ? 'all' : wholeNumber('rows', values.rows),
    heldOut: wholeNumber('held-out', values['held-out']),
    contributors: wholeNumber('contributors', values.contributors),
  })
  const contributions = split.contributors.map(({ name, items }, i): TrainingContribution => {
    const itemHashes = hashItems(`${name} of seed ${seed}`, items)
    return { id: contributionId(1, i + 1, rootOf(itemsTree(itemHashes)), items.length), items, itemHashes }
  })
  const { evaluation, dataset } = await trainRun({
    contributions,
    versions: ['1'],
    heldOut: split.heldOut,
    task,
    outFolder: values.out,
    seed,
    cacheFolder: values.cache,
    maxTokens: wholeNumber('max-tokens', values['max-tokens']),
    compareFullPrecision: !values['no-twin'],
    onProgress: ({ step, done, total }) =>
      process.stderr.write(`\r${step}: ${done} of ${total}${done === total ? '\n' : ''}`),
  })
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  console.log(`${values.out}: ${dataset.rows} rows of ${dataset.contributions.length} contributions in ${seconds} s`)
  console.log(JSON.stringify(evaluation, null, 2))
}

try {
  await main()
} catch (error) {
  if (!isExplained(error)) throw error
  console.error(explain(error))
  process.exitCode = 1
}
