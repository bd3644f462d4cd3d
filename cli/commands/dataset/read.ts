import type { Hex } from 'viem'
import { type ContributionStatus, findContribution } from '../../../pipeline/publish/contribution.ts'
import type { Connection } from '../../../sdk/contracts.ts'
import { StopError } from '../../../sdk/errors.ts'

/** Datasets and contributions as events tell them and as the contracts know them now. */

export interface ListedContribution {
  readonly contribution: Hex
  readonly dataset: number
  readonly contributor: number
  readonly items: number
  readonly status: ContributionStatus
}

export async function listDatasets({ reader, contracts, fromBlock }: Connection) {
  const events = await reader.getContractEvents({
    ...contracts.datasets,
    eventName: 'DatasetRegistered',
    fromBlock,
    strict: true,
  })
  return events.map(({ args: { dataset, licence, termsHash, metadataHash, metadataURI } }) => ({
    dataset,
    licence,
    termsHash,
    metadataHash,
    metadataURI,
  }))
}

export async function describeDataset(connection: Connection, dataset: number) {
  const { reader, contracts, fromBlock } = connection
  const registered = (await listDatasets(connection)).find((one) => one.dataset === dataset)
  if (registered === undefined)
    throw new StopError(`Dataset ${dataset} does not exist`, {}, '`attribution dataset list` shows those that do.')
  const [{ curator }, contributions, frozen] = await Promise.all([
    reader.readContract({ ...contracts.datasets, functionName: 'datasetOf', args: [dataset] }),
    listContributions(connection, { dataset }),
    reader.getContractEvents({
      ...contracts.datasets,
      eventName: 'VersionFrozen',
      args: { dataset },
      fromBlock,
      strict: true,
    }),
  ])
  const versions = frozen.map(({ args }) => ({ version: args.version, contributions: args.contributionCount }))
  return { ...registered, curator, contributions, versions }
}

/** Contributions in the order in which they were submitted, each with what became of it. */
export async function listContributions(
  connection: Connection,
  where: { readonly dataset?: number | undefined; readonly contributor?: number | undefined },
): Promise<readonly ListedContribution[]> {
  const { reader, contracts, fromBlock } = connection
  const events = await reader.getContractEvents({
    ...contracts.datasets,
    eventName: 'ContributionSubmitted',
    args: {
      ...(where.dataset !== undefined && { dataset: where.dataset }),
      ...(where.contributor !== undefined && { contributor: where.contributor }),
    },
    fromBlock,
    strict: true,
  })
  return await Promise.all(
    events.map(async ({ args: { contribution, dataset, contributor, itemCount } }) => ({
      contribution,
      dataset,
      contributor,
      items: itemCount,
      status: (await findContribution(connection, contribution))?.status ?? 'none',
    })),
  )
}
