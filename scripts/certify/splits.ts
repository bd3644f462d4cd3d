import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { rootOf } from '../../attribution/merkle.ts'
import { readManifest } from '../../pipeline/run/readRun.ts'
import { DEFAULT_SKETCH } from '../../pipeline/train/emit/describeRun.ts'
import type { OnProgress } from '../../pipeline/train/progress.ts'
import { hashItems } from '../../pipeline/train/tasks/item.ts'
import { splitTask } from '../../pipeline/train/tasks/split.ts'
import { taskNamed } from '../../pipeline/train/tasks/tasks.ts'
import { trainRun } from '../../pipeline/train/trainRun.ts'
import { contributionId, itemsTree } from '../../sdk/contribution.ts'
import { UsageError } from '../command.ts'

/** Runs that anybody can train again: a task and the seed that splits its corpus. */

export interface SplitName {
  readonly task: string
  readonly seed: number
}

/** What the default run has, so that the documents speak of the same size everywhere. */
const ROWS = 1600
const HELD_OUT = 400

/** From a text such as `speeches:12`. */
export function parseSplit(text: string): SplitName {
  const [, task, seed] = /^([a-z]+):(\d{1,9})$/.exec(text) ?? []
  if (task === undefined || seed === undefined)
    throw new UsageError(`--split takes a task and a seed, as in mail:2, not "${text}"`)
  return { task: taskNamed(task).name, seed: Number(seed) }
}

/** The split's run below `folder`; trained if it is not there, or if rows were sketched otherwise when it was. */
export async function ensureSplitRun(
  { task: name, seed }: SplitName,
  folder: string,
  cacheFolder: string,
  onProgress: OnProgress,
): Promise<string> {
  const outFolder = join(folder, `${name}-${seed}`)
  if (existsSync(outFolder)) {
    if (isDeepStrictEqual(readManifest(outFolder).sketch, DEFAULT_SKETCH)) return outFolder
    rmSync(outFolder, { recursive: true })
  }
  const task = taskNamed(name)
  const split = splitTask(task, { seed, rows: ROWS, heldOut: HELD_OUT })
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
  return outFolder
}
