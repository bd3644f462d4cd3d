import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Command, InvalidArgumentError } from 'commander'
import { rootOf } from '../../../attribution/merkle.ts'
import { readItems } from '../../../pipeline/publish/items.ts'
import { HELD_OUT_FILE, itemsOfVersions } from '../../../pipeline/publish/itemsFolder.ts'
import { contributionsIn } from '../../../pipeline/publish/versionContents.ts'
import type { EmbeddedManifest } from '../../../pipeline/run/manifest.ts'
import { DEFAULT_SKETCH } from '../../../pipeline/train/emit/describeRun.ts'
import { hashItems } from '../../../pipeline/train/tasks/item.ts'
import { splitTask } from '../../../pipeline/train/tasks/split.ts'
import type { Classes } from '../../../pipeline/train/tasks/task.ts'
import { ownLabelling, taskNamed } from '../../../pipeline/train/tasks/tasks.ts'
import { type TrainingContribution, type TrainRunOptions, trainRun } from '../../../pipeline/train/trainRun.ts'
import { contributionId, itemsTree } from '../../../sdk/contribution.ts'
import { action, commandOf, reading } from '../../command.ts'
import type { Context } from '../../context.ts'
import { leaveSignalsToSystem } from '../../signals.ts'
import { UsageError } from '../../usageError.ts'
import { collected, wholeNumber } from '../../values.ts'
import { countOf } from '../../words.ts'

interface Options {
  readonly out: string
  readonly version?: readonly bigint[]
  readonly items?: string
  readonly heldOut?: string
  readonly classes?: Classes
  readonly task?: string
  readonly rows: number | 'all'
  readonly evaluateOn: number
  readonly contributors: number
  readonly seed: number
  readonly maxTokens: number
  readonly dims?: number
  readonly width?: number
  readonly twin: boolean
  readonly cache: string
}

const MOST = 999_999_999

export function trainCommand(): Command {
  const items = 'Contributors’ own items (--version, --items and --classes go together):'
  const corpus = 'A shipped corpus, to try it out (such a run cannot be published):'
  const command = reading(
    commandOf('train', 'train a model on the items of frozen dataset versions, and write it as a run folder'),
  )
    .option('--out <folder>', 'where the run goes; must not exist yet', 'run')
    .option('--seed <number>', 'seed of the training', wholeNumber(0, MOST), 1)
    .option('--max-tokens <number>', 'tokens of a text; the rest is cut off', wholeNumber(1, 512), 64)
    .option(
      '--dims <number>',
      'dimensions of a sketch, a multiple of 64 (default: 256, or what the rows allow)',
      multipleOf(64, 4_096),
    )
    .option(
      '--width <number>',
      'width of the projected gradients, a multiple of 32 (default: 2048)',
      multipleOf(32, 65_536),
    )
    .option('--no-twin', 'skip the comparison with full precision')
    .option('--cache <folder>', 'where encoded texts are kept', 'var/cache/features')
  for (const [group, flags, meaning, parse, value] of [
    [items, '--version <version>', 'a frozen dataset version; repeat for several', collected(version)],
    [items, '--items <folder>', 'their items, each file with its .commitment.json beside it'],
    [items, '--held-out <file>', `texts to evaluate on, of no contributor (default: <items>/${HELD_OUT_FILE})`],
    [items, '--classes <first,second>', 'the two labels of the items', classes],
    [corpus, '--task <mail|speeches|definitions|years>', 'which shipped texts to classify', undefined],
    [corpus, '--rows <number|all>', 'how many rows to train on', rowCount, 1_600],
    [corpus, '--evaluate-on <number>', 'how many texts to evaluate on', wholeNumber(1, MOST), 400],
    [corpus, '--contributors <number>', 'how many contributors to divide the rows among', wholeNumber(1, MOST), 40],
  ] as const) {
    const option = command.createOption(flags, meaning).helpGroup(group)
    if (parse !== undefined) option.argParser(parse as (text: string, earlier: unknown) => unknown)
    if (value !== undefined) option.default(value)
    command.addOption(option)
  }
  return command.action(
    action<[], Options>(async (context, options) => {
      const started = performance.now()
      const what = await whatToTrainOn(context, options)
      leaveSignalsToSystem()
      const manifest = await trainRun({
        ...what,
        outFolder: options.out,
        seed: options.seed,
        maxTokens: options.maxTokens,
        cacheFolder: options.cache,
        compareFullPrecision: options.twin,
        ...(options.width !== undefined && { projectionWidth: options.width }),
        ...(options.dims !== undefined && { sketch: { ...DEFAULT_SKETCH, dims: options.dims } }),
        onProgress: ({ step, done, total }) => context.terminal.progress(step, done, total),
      })
      const seconds = (performance.now() - started) / 1_000
      const { dataset, evaluation } = manifest
      context.terminal.result({ run: options.out, dataset, evaluation, seconds }, linesOf(manifest, options, seconds))
    }),
  )
}

type WhatToTrainOn = Pick<TrainRunOptions, 'contributions' | 'versions' | 'heldOut'> & Pick<TrainRunOptions, 'task'>

async function whatToTrainOn(context: Context, options: Options): Promise<WhatToTrainOn> {
  const { version: versions, items } = options
  if (versions === undefined && items === undefined) {
    if (options.task !== undefined) return corpusOf(options, options.task)
    throw new UsageError(
      'Say what to train on: --version and --items for items of frozen dataset versions, or --task mail to try a shipped corpus.',
    )
  }
  if (versions === undefined || items === undefined)
    throw new UsageError('--version and --items go together: which items were frozen, and where they are.')
  const inOrder = [...new Set(versions)].toSorted((a, b) => (a < b ? -1 : 1))
  const contributions = itemsOfVersions(items, await contributionsIn(await context.connection(), inOrder))
  const heldOut = options.heldOut ?? join(items, HELD_OUT_FILE)
  if (!existsSync(heldOut))
    throw new UsageError(`There is no ${heldOut}. Write texts there that belong to no contributor, or give --held-out.`)
  return { contributions, versions: inOrder.map(String), heldOut: readItems(heldOut), task: labelling(options) }
}

function labelling({ classes, task }: Options) {
  if (classes !== undefined) return ownLabelling(classes)
  if (task !== undefined) return taskNamed(task)
  throw new UsageError('Name the two labels of the items, as in --classes order,question.')
}

/** Contributions are named as in dataset 1, contributor i being account i, so the folder is of the same form as one that a chain knows. */
function corpusOf({ seed, rows, evaluateOn, contributors }: Options, name: string): WhatToTrainOn {
  const task = taskNamed(name)
  const split = splitTask(task, { seed, rows, heldOut: evaluateOn, contributors })
  const contributions = split.contributors.map(({ name: who, items }, i): TrainingContribution => {
    const itemHashes = hashItems(`${who} of seed ${seed}`, items)
    return { id: contributionId(1, i + 1, rootOf(itemsTree(itemHashes)), items.length), items, itemHashes }
  })
  return { contributions, versions: ['1'], heldOut: split.heldOut, task }
}

function linesOf({ dataset, evaluation }: EmbeddedManifest, { out, version }: Options, seconds: number) {
  const { majority, fineTuned, fullPrecisionFineTuned, heldOut } = evaluation
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`
  const twin = fullPrecisionFineTuned === null ? '' : `, ${percent(fullPrecisionFineTuned.accuracy)} in full precision`
  return [
    `${out} is a run of ${countOf(dataset.rows, 'row')} of ${countOf(dataset.contributions.length, 'contribution')}, made in ${seconds.toFixed(1)} s.`,
    `Of ${heldOut} held-out texts ${percent(fineTuned.accuracy)} are right${twin}; ${percent(majority.accuracy)} would be with the more frequent label alone.`,
    version === undefined
      ? 'It is trained on a shipped corpus, whose contributors are invented: it can be certified, and not published.'
      : `Next: attribution run certify ${out}, then attribution model publish ${out}.`,
  ]
}

function version(text: string): bigint {
  if (/^[1-9]\d{0,19}$/.test(text)) return BigInt(text)
  throw new InvalidArgumentError('It takes the number of a frozen version, as `attribution dataset show` prints it.')
}

function classes(text: string): Classes {
  const [first, second, ...others] = text.split(',')
  if (first && second && others.length === 0 && first !== second) return [first, second]
  throw new InvalidArgumentError('It takes two different labels with a comma between.')
}

function rowCount(text: string): number | 'all' {
  return text === 'all' ? text : wholeNumber(1, MOST)(text)
}

function multipleOf(step: number, most: number): (text: string) => number {
  return (text) => {
    const value = wholeNumber(step, most)(text)
    if (value % step === 0) return value
    throw new InvalidArgumentError(`It takes a multiple of ${step}.`)
  }
}
