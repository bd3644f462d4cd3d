/**
 * Items as contributors hand them over for training: `<name>.jsonl` and, beside it, the `<name>.jsonl.commitment.json` that
 * `ensureCommitment` wrote. Files may have any name: which contribution they are is in their hashes.
 */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Hex } from 'viem'
import { contributionId } from '../../sdk/contribution.ts'
import { StopError } from '../../sdk/errors.ts'
import { type Item, readCommitment, readItems } from './items.ts'
import type { VersionContribution } from './versionContents.ts'

export const COMMITMENT_SUFFIX = '.commitment.json'
export const HELD_OUT_FILE = 'held-out.jsonl'

/** Somebody's items with the salted hash of each. */
export interface CommittedItems {
  readonly path: string
  readonly items: readonly Item[]
  readonly itemsRoot: Hex
  readonly itemHashes: readonly Hex[]
}

/** Every items file of a folder that has its commitment beside it. */
export function readItemsFolder(folder: string): readonly CommittedItems[] {
  const names = existsSync(folder) ? readdirSync(folder).toSorted() : undefined
  if (names === undefined)
    throw new StopError(`There is no folder ${folder}`, {}, 'Name the folder that holds the contributors’ items.')
  return names
    .filter((name) => name.endsWith('.jsonl') && names.includes(`${name}${COMMITMENT_SUFFIX}`))
    .map((name) => {
      const path = join(folder, name)
      const items = readItems(path)
      const { itemsRoot, items: hashed } = readCommitment(`${path}${COMMITMENT_SUFFIX}`, items)
      return { path, items, itemsRoot, itemHashes: hashed.map(({ itemHash }) => itemHash) }
    })
}

export interface ContributedItems extends CommittedItems {
  readonly id: Hex
}

/** The items of frozen contributions, in the order in which these were accepted. Refuses a folder that lacks some. */
export function itemsOfVersions(
  folder: string,
  contributions: readonly VersionContribution[],
): readonly ContributedItems[] {
  const found = readItemsFolder(folder)
  const inOrder = contributions.toSorted((a, b) => a.acceptedAt - b.acceptedAt)
  const missing = inOrder.filter((one) => itemsOf(one, found) === undefined)
  const [first] = missing
  if (first === undefined) return inOrder.map((one) => ({ ...(itemsOf(one, found) as CommittedItems), id: one.id }))
  throw new StopError(
    `${folder} lacks the items of ${missing.length === 1 ? 'contribution' : `${missing.length} contributions, the first`} ${first.id}`,
    { contributor: first.contributor, items: first.items, found: found.length },
    `Ask account ${first.contributor} for its items and the ${COMMITMENT_SUFFIX} file beside them, and put both into the folder.`,
  )
}

function itemsOf({ id, dataset, contributor, items }: VersionContribution, found: readonly CommittedItems[]) {
  return found.find(
    (one) => one.items.length === items && contributionId(dataset, contributor, one.itemsRoot, items) === id,
  )
}
