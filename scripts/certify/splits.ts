import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { rootOf } from '../../attribution/merkle.ts'
import type { CertificationSet } from '../../pipeline/certify/certificationSet.ts'
import { dealMarket } from '../../pipeline/certify/marketWorld.ts'
import { DEFAULT_WORTH_COUNTS, type WorthCounts } from '../../pipeline/certify/retrain/plan.ts'
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
  readonly contributors: number
}

/** What the default run has, so that the documents speak of the same size everywhere. */
const CONTRIBUTORS = 40
const ROWS = 1600
/** Of a world of many contributors: a little more than the 16 that a unit of one's own takes. */
const ROWS_EACH = 20

/** Of all but the corpora that have no more: enough for what half of them say of a worth to agree with the other half. */
const QUESTIONS = 1600
const FEWER_QUESTIONS: ReadonlyMap<string, number> = new Map([
  ['mail', 400],
  ['speeches', 400],
])

/** Leaving each of hundreds out takes hours: fewer seeds have to do. */
const FEW_SEEDS: WorthCounts = { seeds: 2, halves: 60, halfSeeds: 2 }

export function sizesOf({ task, contributors }: SplitName) {
  return {
    contributors,
    rows: Math.max(ROWS, ROWS_EACH * contributors),
    heldOut: FEWER_QUESTIONS.get(task) ?? QUESTIONS,
  }
}

export function countsOf({ contributors }: SplitName): WorthCounts {
  return contributors > CONTRIBUTORS ? FEW_SEEDS : DEFAULT_WORTH_COUNTS
}

/** From a text such as `speeches:12`, `speeches:12:market` or `definitions:11:400`. */
export function parseSplit(text: string): SplitName {
  const [, task, seed, market, contributors = CONTRIBUTORS] =
    /^([a-z]+):(\d{1,9})(:market)?(?::(\d{1,4}))?$/.exec(text) ?? []
  if (task === undefined || seed === undefined)
    throw new UsageError(
      `A split is a task and a seed, as in mail:2, mail:2:market or definitions:2:400, not "${text}"`,
    )
  return {
    task: taskNamed(task).name,
    seed: Number(seed),
    world: market === undefined ? 'alike' : 'market',
    contributors: Number(contributors),
  }
}

export function spellSplit({ task, seed, world, contributors }: SplitName): string {
  const many = contributors === CONTRIBUTORS ? '' : `:${contributors}`
  return `${task}:${seed}${world === 'market' ? ':market' : ''}${many}`
}

/** Where a split's run is, below the folder of all. */
export function folderOf(name: SplitName, folder: string): string {
  return join(folder, spellSplit(name).replaceAll(':', '-'))
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
  const outFolder = folderOf(name, folder)
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

function dealSplit(name: SplitName, cacheFolder: string, onProgress: OnProgress): Promise<Split> {
  const { seed, world } = name
  const task = taskNamed(name.task)
  const settings = { seed, ...sizesOf(name) }
  if (world === 'market') return dealMarket(task, settings, { cacheFolder, onProgress })
  return Promise.resolve(splitTask(task, settings))
}
