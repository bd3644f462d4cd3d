import type { Hex } from 'viem'
import { rootOf } from '../../attribution/merkle.ts'
import type { Connection } from '../../sdk/contracts.ts'
import { contributionId, itemsTree } from '../../sdk/contribution.ts'
import { StopError } from '../../sdk/errors.ts'
import type { RunManifest, RunRow } from '../run/manifest.ts'
import { findContribution, type KnownContribution } from './contribution.ts'

/**
 * What a run says it was trained on, held against the chain: every credited row belongs to a contribution that exists and is
 * in one of the frozen versions. A row that does not is refused by name, since its pay would go to nobody.
 *
 * @returns When each contribution was accepted, as a position in the journal.
 */
export async function checkTrainedOn(
  { reader, contracts, fromBlock }: Connection,
  manifest: RunManifest,
  rows: readonly RunRow[],
): Promise<ReadonlyMap<Hex, number>> {
  const connection = { reader, contracts, fromBlock }
  const versions = manifest.dataset.versions.map(BigInt)
  for (const version of versions) await requireFrozen(connection, version)
  const firstRow = new Map<Hex, number>()
  for (const { row, contribution } of rows) if (!firstRow.has(contribution)) firstRow.set(contribution, row)

  const itemsOf = new Map(manifest.dataset.contributions.map(({ id, items }) => [id, items]))

  const positions = [...firstRow].map(async ([contribution, row]) => {
    const found = await findContribution(connection, contribution)
    if (found === undefined) {
      throw new StopError(
        `Row ${row} is of contribution ${contribution}, which nobody made`,
        {},
        'Train on contributions that are on this chain, or point --rpc at the chain they are on.',
      )
    }
    const included = await Promise.all(
      versions.map((version) =>
        reader.readContract({ ...contracts.datasets, functionName: 'includes', args: [version, contribution] }),
      ),
    )
    if (included.some(Boolean)) {
      checkItems(contribution, found, itemsOf.get(contribution) ?? 0, rows)
      return [contribution, found.acceptedAt] as const
    }
    throw new StopError(
      `Row ${row} is of contribution ${contribution}, which is ${found.status} and in none of the run's dataset versions`,
      { versions: versions.join(' ') },
      'Freeze a version that holds it and train on that, or train without it.',
    )
  })
  return new Map(await Promise.all(positions))
}

/** A contribution is named by its items' root: where a run holds all of its items, their hashes must lead to that name. */
function checkItems(contribution: Hex, known: KnownContribution, itemCount: number, rows: readonly RunRow[]): void {
  const own = rows.filter((row) => row.contribution === contribution).toSorted((a, b) => a.item - b.item)
  if (own.length !== itemCount) return
  const root = rootOf(itemsTree(own.map(({ itemHash }) => itemHash)))
  if (contributionId(known.dataset, known.contributor, root, itemCount) === contribution) return
  throw new StopError(
    `The item hashes of rows ${own[0]?.row} and on are not those of contribution ${contribution}`,
    { items: itemCount, root },
    'Train on the items that were contributed, with the salts that they were hashed with.',
  )
}

async function requireFrozen({ reader, contracts }: Connection, version: bigint): Promise<void> {
  const dataset = Number(version >> 32n)
  const number = Number(version & 0xffffffffn)
  const count = await reader.readContract({ ...contracts.datasets, functionName: 'datasetCount' })
  const frozen =
    dataset > 0 && dataset <= count
      ? (await reader.readContract({ ...contracts.datasets, functionName: 'datasetOf', args: [dataset] })).versionCount
      : 0
  if (number > 0 && number <= frozen) return
  throw new StopError(
    `Dataset version ${version} does not exist`,
    { dataset, number, frozen },
    'Freeze the dataset first, or point --rpc at the chain it is on.',
  )
}
