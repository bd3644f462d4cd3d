import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { rootOf } from '../../attribution/merkle.ts'
import type { CertificationSet } from '../../pipeline/certify/certificationSet.ts'
import { dealMarket } from '../../pipeline/certify/marketWorld.ts'
import { readManifest } from '../../pipeline/run/readRun.ts'
import { DEFAULT_SKETCH } from '../../pipeline/train/emit/describeRun.ts'
import type { OnProgress } from '../../pipeline/train/progress.ts'
import { hashItems } from '../../pipeline/train/tasks/item.ts'
import { type Split, splitTask } from '../../pipeline/train/tasks/split.ts'
import { taskNamed } from '../../pipeline/train/tasks/tasks.ts'
import { trainRun } from '../../pipeline/train/trainRun.ts'
import { contributionId, itemsTree } from '../../sdk/contribution.ts'
import { UsageError } from '../command.ts'

/** Runs that anybody can train again: a task, the seed that deals its corpus out, and how it is dealt. */

export interface SplitName {
  readonly task: string
  readonly seed: number
  /** Contributors who are alike but for four planted ones, or who differ as on a market. */
  readonly world: 'alike' | 'market'
}

/** What the default run has, so that the documents speak of the same size everywhere. */
const ROWS = 1600
const HELD_OUT = 400
const CONTRIBUTORS = 40

/** From a text such as `speeches:12`, or `speeches:12:market`. */
export function parseSplit(text: string): SplitName {
  const [, task, seed, market] = /^([a-z]+):(\d{1,9})(:market)?$/.exec(text) ?? []
  if (task === undefined || seed === undefined)
    throw new UsageError(`A split is a task and a seed, as in mail:2 or mail:2:market, not "${text}"`)
  return { task: taskNamed(task).name, seed: Number(seed), world: market === undefined ? 'alike' : 'market' }
}

export function spellSplit({ task, seed, world }: SplitName): string {
  return `${task}:${seed}${world === 'market' ? ':market' : ''}`
}

export interface SplitRun {
  readonly folder: string
  readonly set: CertificationSet
}

/** The split's run below `folder`; trained if it is not there, or if rows were sketched otherwise when it was. */
export async function ensureSplitRun(
  name: SplitName,
  folder: string,
  cacheFolder: string,
  onProgress: OnProgress,
): Promise<SplitRun> {
  const task = taskNamed(name.task)
  const { seed } = name
  const outFolder = join(folder, spellSplit(name).replaceAll(':', '-'))
  const split = await dealSplit(name, cacheFolder, onProgress)
  const set = { task, contributions: split.contributors.map(({ items }) => items), heldOut: split.heldOut }
  if (existsSync(outFolder)) {
    const { sketch, dataset } = readManifest(outFolder)
    if (isDeepStrictEqual(sketch, DEFAULT_SKETCH) && dataset.kept !== undefined) return { folder: outFolder, set }
    rmSync(outFolder, { recursive: true })
  }
  await trainRun({
    contributions: split.contributors.map(({ name: contributor, items }, i) => {
      const itemHashes = hashItems(`${contributor} of seed ${seed}`, items)
      return { id: contributionId(1, i + 1, rootOf(itemsTree(itemHashes)), items.length), items, itemHashes }
    }),
    versions: ['1'],
    heldOut: split.heldOut,
    task,
    outFolder,
    seed,
    cacheFolder,
    compareFullPrecision: false,
    onProgress,
  })
  return { folder: outFolder, set }
}

function dealSplit(
  { task: name, seed, world }: SplitName,
  cacheFolder: string,
  onProgress: OnProgress,
): Promise<Split> {
  const task = taskNamed(name)
  const settings = { seed, rows: ROWS, heldOut: HELD_OUT, contributors: CONTRIBUTORS }
  if (world === 'market') return dealMarket(task, settings, { cacheFolder, onProgress })
  return Promise.resolve(splitTask(task, settings))
}
