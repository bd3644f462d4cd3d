import { readFileSync } from 'node:fs'
import type { Hex } from 'viem'
import { z } from 'zod'
import { rootOf } from '../../attribution/merkle.ts'
import { itemsTree } from '../../sdk/contribution.ts'
import { bytes32Schema, type RunRow } from '../run/manifestParts.ts'
import { readRows } from '../run/rows.ts'
import { RunError } from '../run/runError.ts'
import { parseJson } from './sourceFolder.ts'

/**
 * Which committed item each row of the attribution data is. Salts are read past and never written: only the salted hashes of
 * `commitment.json`, which `contribute` left with the contributor, travel.
 */

const commitmentSchema = z.looseObject({
  itemsRoot: bytes32Schema,
  items: z.array(z.looseObject({ itemHash: bytes32Schema })).min(1),
})

export interface NamedCommitment {
  /** The contribution's name on chain. */
  readonly id: Hex
  readonly path: string
}

export interface Contribution {
  readonly id: Hex
  readonly itemHashes: readonly Hex[]
}

export function readContributions(named: readonly NamedCommitment[]): readonly Contribution[] {
  const read = named.map(({ id, path }) => {
    const { itemsRoot, items } = parseJson(path, textOf(path), commitmentSchema, 'a commitment')
    const itemHashes = items.map(({ itemHash }) => itemHash)
    const root = rootOf(itemsTree(itemHashes))
    if (root !== itemsRoot)
      throw new RunError(
        path,
        'its items do not lead to its root',
        { field: 'itemsRoot', itemsRoot, found: root },
        'Restore it from the contributor who made it.',
      )
    return { id, itemHashes }
  })
  const twice = read.find(({ id }, i) => read.findIndex((other) => other.id === id) < i)
  if (twice === undefined) return read
  throw new RunError(
    named.find(({ id }) => id === twice.id)?.path ?? '',
    'its contribution is named twice',
    { contribution: twice.id },
    'Name every contribution once.',
  )
}

/** Rows numbered through the contributions, as they were given: how a data set that was put together of them is. */
export function rowsInOrder(contributions: readonly Contribution[], n: number, dataFile: string): readonly RunRow[] {
  const items = contributions.flatMap(({ id, itemHashes }) =>
    itemHashes.map((itemHash, item) => ({ contribution: id, item, itemHash })),
  )
  if (items.length !== n)
    throw new RunError(
      dataFile,
      'it does not have a row for each item',
      { rows: n, items: items.length },
      'Name all contributions that were trained on, in the order of the data set, or say with --rows which item each row is.',
    )
  return items.map((item, row) => ({ row, ...item }))
}

/** Rows as a `rows.jsonl` says, each compared with its commitment. */
export function rowsOfFile(path: string, contributions: readonly Contribution[], n: number): readonly RunRow[] {
  const content = new TextEncoder().encode(textOf(path))
  const counts = contributions.map(({ id, itemHashes }) => ({ id, items: itemHashes.length }))
  const rows = readRows(content, { dataset: { versions: ['1'], rows: n, contributions: counts } })
  const hashesOf = new Map(contributions.map(({ id, itemHashes }) => [id, itemHashes]))
  const wrong = rows.find(({ contribution, item, itemHash }) => hashesOf.get(contribution)?.[item] !== itemHash)
  if (wrong === undefined) return rows
  throw new RunError(
    path,
    `line ${wrong.row + 1} has another item hash than its commitment`,
    { field: 'itemHash', found: wrong.itemHash, item: wrong.item },
    'Make the file from the commitments that were contributed.',
  )
}

/** One name a line. */
export function readIds(path: string): readonly string[] {
  const lines = textOf(path).split(/\r?\n/)
  if (lines.at(-1) === '') lines.pop()
  const empty = lines.indexOf('')
  if (empty < 0 && lines.length > 0) return lines
  throw new RunError(path, empty < 0 ? 'it is empty' : `line ${empty + 1} is empty`, {}, 'Write one name a line.')
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new RunError(path, 'it cannot be read', {}, 'Check the path.', cause)
  }
}
