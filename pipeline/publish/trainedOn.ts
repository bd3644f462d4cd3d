import type { Hex } from 'viem'
import { rootOf } from '../../attribution/merkle.ts'
import type { Connection } from '../../sdk/contracts.ts'
import { contributionId, itemsTree } from '../../sdk/contribution.ts'
import { StopError } from '../../sdk/errors.ts'
import type { RunManifest } from '../run/manifest.ts'
import type { RunRow } from '../run/manifestParts.ts'
import { findContribution } from './contribution.ts'
import { contributionsIn, type VersionContribution } from './versionContents.ts'

/**
 * What a run says it was trained on, compared with the chain: its rows are items of the contributions of its frozen versions, and of no others.
 * Where units are the sums of their rows, all items: the contracts refuse a model that leaves some out.
 *
 * @returns The contributions of the versions.
 */
export async function checkTrainedOn(
  connection: Connection,
  manifest: RunManifest,
  rows: readonly RunRow[],
  needed: 'all items' | 'some items',
): Promise<readonly VersionContribution[]> {
  const versions = manifest.dataset.versions.map(BigInt)
  const contributions = await contributionsIn(connection, versions)
  const known = new Map(contributions.map((one) => [one.id, one]))
  const byContribution = Map.groupBy(rows, ({ contribution }) => contribution)
  for (const [contribution, [first]] of byContribution) {
    if (!known.has(contribution)) throw await refusal(connection, contribution, first as RunRow, versions)
  }
  for (const one of contributions) {
    const own = byContribution.get(one.id) ?? []
    if (needed === 'all items' || own.length === one.items) checkItems(one, own)
  }
  return contributions
}

/** A contribution is named by its items' root: the hashes of its rows must lead to that name. */
function checkItems({ id, dataset, contributor, items }: VersionContribution, rows: readonly RunRow[]): void {
  const own = rows.toSorted((a, b) => a.item - b.item)
  const missing = Array.from({ length: items }).findIndex((_, item) => own[item]?.item !== item)
  if (own.length !== items || missing >= 0) {
    throw new StopError(
      `The run has ${own.length} rows of contribution ${id}, which has ${items} items`,
      { ...(missing >= 0 && { firstMissing: missing }) },
      'Train on every item of the dataset versions, each once: near-copies are dropped later, and stay in the rows.',
    )
  }
  const root = rootOf(itemsTree(own.map(({ itemHash }) => itemHash)))
  if (contributionId(dataset, contributor, root, items) === id) return
  throw new StopError(
    `The item hashes of rows ${own[0]?.row} and on are not those of contribution ${id}`,
    { items, root },
    'Train on the items that were contributed, with the salts that they were hashed with.',
  )
}

/** Why rows cannot be of a contribution that no version holds. */
async function refusal(
  connection: Connection,
  contribution: Hex,
  { row }: RunRow,
  versions: readonly bigint[],
): Promise<StopError> {
  const found = await findContribution(connection, contribution)
  if (found === undefined) {
    return new StopError(
      `Row ${row} is of contribution ${contribution}, which nobody made`,
      {},
      'Train on contributions that are on this chain, or use a node of the chain that they are on.',
    )
  }
  return new StopError(
    `Row ${row} is of contribution ${contribution}, which is ${found.status} and in none of the run's dataset versions`,
    { versions: versions.join(' ') },
    'Freeze a version that holds it and train on that, or train without it.',
  )
}
