/** What a run was trained and is certified on: texts and labels, who brought them, and what was planted among them. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Hex } from 'viem'
import { StopError } from '../../sdk/errors.ts'
import { readItems } from '../publish/items.ts'
import { HELD_OUT_FILE, readItemsFolder } from '../publish/itemsFolder.ts'
import type { EmbeddedManifest, RunManifest } from '../run/manifest.ts'
import type { Run } from '../run/readRun.ts'
import type { Item } from '../train/tasks/item.ts'
import { type ContributorKind, splitTask } from '../train/tasks/split.ts'
import type { Labelling, Task } from '../train/tasks/task.ts'

export interface CertifiedItem extends Item {
  /** What was done to it on purpose; absent where nobody knows, as with real contributors. */
  readonly kind?: ContributorKind
}

export interface CertificationSet {
  readonly task: Labelling
  /** In the order of the run's contributions: row 0 is the first item of the first. */
  readonly contributions: readonly (readonly CertifiedItem[])[]
  readonly heldOut: readonly Item[]
}

/** The items of a run that was trained on a split of a corpus: everything but the split's seed stands in its manifest. */
export function setOfSplit(manifest: EmbeddedManifest, task: Task, seed: number): CertificationSet {
  const { dataset, evaluation } = manifest
  const { contributors, heldOut } = splitTask(task, {
    seed,
    rows: dataset.rows,
    heldOut: evaluation.heldOut,
    contributors: dataset.contributions.length,
  })
  return checked({ task, contributions: contributors.map(({ items }) => items), heldOut }, manifest)
}

/**
 * The items of anybody's run: `held-out.jsonl`, and for each contribution of the manifest either `<contribution>.jsonl`, or the items
 * file whose commitment has the hashes of its rows.
 */
export function readSet(
  folder: string,
  { manifest, rows }: Pick<Run, 'manifest' | 'rows'>,
  task: Labelling,
): CertificationSet {
  const hashesOf = Map.groupBy(rows, ({ contribution }) => contribution)
  const committed = new Map(readItemsFolder(folder).map(({ items, itemHashes }) => [itemHashes.join(), items]))
  const contributions = manifest.dataset.contributions.map(({ id }) => {
    const named = join(folder, `${id}.jsonl`)
    const hashes = (hashesOf.get(id) ?? []).map(({ itemHash }) => itemHash)
    return existsSync(named) ? readItems(named) : (committed.get(hashes.join()) ?? missing(folder, id))
  })
  return checked({ task, contributions, heldOut: readItems(join(folder, HELD_OUT_FILE)) }, manifest)
}

function missing(folder: string, contribution: Hex): never {
  throw new StopError(
    `${folder} lacks the items of contribution ${contribution}`,
    {},
    `Put them there as ${contribution}.jsonl, or under any name with the commitment beside them.`,
  )
}

/** Refuses items of other contributions, or of others in size. That they are the very ones shows when they are trained on. */
function checked(set: CertificationSet, { dataset }: RunManifest): CertificationSet {
  for (const [i, { id, items }] of dataset.contributions.entries()) {
    const found = set.contributions[i]?.length ?? 0
    if (found === items) continue
    throw new StopError(
      'These are not the items that the run was trained on',
      { contribution: id, items: found, expected: items },
      'Name the seed of the split that the run was trained on, or a folder with its items.',
    )
  }
  return set
}

/** Rows of one contributor and one kind: the grain at which earnings are kept. */
export interface Cell {
  readonly contributor: number
  readonly kind: ContributorKind
  readonly rows: number
}

/** A set's training items by row. */
export interface CertifiedRows {
  readonly items: readonly CertifiedItem[]
  readonly contributors: number
  readonly contributorOf: Uint32Array
  readonly cells: readonly Cell[]
  readonly cellOf: Uint32Array
  /** Whether every row's kind is known. */
  readonly areKindsKnown: boolean
}

export function rowsOf({ contributions }: Pick<CertificationSet, 'contributions'>): CertifiedRows {
  const cells: Cell[] = []
  const cellOf: number[] = []
  for (const [contributor, items] of contributions.entries()) {
    const own = new Map<ContributorKind, number>()
    for (const { kind = 'honest' } of items) {
      const cell = own.get(kind) ?? cells.push({ contributor, kind, rows: 0 }) - 1
      own.set(kind, cell)
      cellOf.push(cell)
    }
  }
  const items = contributions.flat()
  return {
    items,
    contributors: contributions.length,
    contributorOf: Uint32Array.from(contributions.flatMap((own, contributor) => own.map(() => contributor))),
    cells: cells.map((cell, i) => ({ ...cell, rows: cellOf.filter((at) => at === i).length })),
    cellOf: Uint32Array.from(cellOf),
    areKindsKnown: items.every(({ kind }) => kind !== undefined),
  }
}
