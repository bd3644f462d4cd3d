import type { Hex } from 'viem'
import type { Wallet } from '../../sdk/chain.ts'
import { type ContractCall, callTo, eventIn } from '../../sdk/contractCall.ts'
import type { Connection, Contracts } from '../../sdk/contracts.ts'
import { StopError } from '../../sdk/errors.ts'
import { transact } from '../../sdk/node/transactions/transact.ts'
import { statusOf } from './contribution.ts'

/** A dataset's way onto the chain: registered by its curator, filled by contributors, accepted and frozen. */

export interface DatasetTerms {
  readonly licence: string
  readonly termsHash: Hex
  readonly metadataHash: Hex
  readonly metadataURI: string
}

export function registerAct({ datasets }: Contracts, terms: DatasetTerms): ContractCall {
  return callTo(datasets, 'register', [terms])
}

/** The dataset that `curator` registered under these very terms, if any: registering twice would split it. */
export async function findDataset(
  connection: Connection,
  curator: Hex,
  terms: DatasetTerms,
): Promise<number | undefined> {
  const { reader, contracts, fromBlock } = connection
  const events = await reader.getContractEvents({
    ...contracts.datasets,
    eventName: 'DatasetRegistered',
    args: { curator },
    fromBlock,
    strict: true,
  })
  return events.find(
    ({ args }) =>
      args.metadataHash === terms.metadataHash && args.termsHash === terms.termsHash && args.licence === terms.licence,
  )?.args.dataset
}

export async function ensureDataset(connection: Connection, curator: Wallet, terms: DatasetTerms): Promise<number> {
  const found = await findDataset(connection, curator.account.address, terms)
  if (found !== undefined) return found
  const receipt = await transact(connection.reader, curator, registerAct(connection.contracts, terms))
  return eventIn(receipt, connection.contracts.datasets, 'DatasetRegistered').dataset
}

/** What of `contributions` the curator has yet to accept, in the order given: that order decides who was first. */
export async function unaccepted(connection: Connection, contributions: readonly Hex[]): Promise<readonly Hex[]> {
  const statuses = await Promise.all(contributions.map((contribution) => statusOf(connection, contribution)))
  const unknown = contributions.find((_, i) => statuses[i] === 'none')
  if (unknown !== undefined) {
    throw new StopError(
      `Nobody contributed ${unknown}`,
      {},
      'Accept contributions that were submitted to this dataset.',
    )
  }
  return contributions.filter((_, i) => statuses[i] === 'submitted')
}

/** Some 35,000 gas each, and a transaction may use 16,777,216. */
const ACCEPTED_A_CALL = 250

/** The calls that accept contributions, in their order. */
export function acceptActs({ datasets }: Contracts, contributions: readonly Hex[]): readonly ContractCall[] {
  return Array.from({ length: Math.ceil(contributions.length / ACCEPTED_A_CALL) }, (_, i) =>
    callTo(datasets, 'accept', [contributions.slice(i * ACCEPTED_A_CALL, (i + 1) * ACCEPTED_A_CALL)]),
  )
}

export function freezeAct({ datasets }: Contracts, dataset: number): ContractCall {
  return callTo(datasets, 'freeze', [dataset])
}

/** The newest frozen version that holds exactly `contributions`, if any. */
export async function findVersion(
  { reader, contracts, fromBlock }: Connection,
  dataset: number,
  contributions: readonly Hex[],
): Promise<bigint | undefined> {
  const { datasets } = contracts
  const events = await reader.getContractEvents({
    ...datasets,
    eventName: 'VersionFrozen',
    args: { dataset },
    fromBlock,
    strict: true,
  })
  const newest = events.findLast(({ args }) => args.contributionCount === contributions.length)
  if (newest === undefined) return undefined
  const { version } = newest.args
  const included = await Promise.all(
    contributions.map((contribution) =>
      reader.readContract({ ...datasets, functionName: 'includes', args: [version, contribution] }),
    ),
  )
  return included.every(Boolean) ? version : undefined
}

/** Accepts what is submitted and freezes a version of it; both only where it has not happened yet. */
export async function ensureVersion(
  connection: Connection,
  curator: Wallet,
  dataset: number,
  contributions: readonly Hex[],
): Promise<bigint> {
  const { reader, contracts } = connection
  const waiting = await unaccepted(connection, contributions)
  for (const call of acceptActs(contracts, waiting)) await transact(reader, curator, call)
  const found = await findVersion(connection, dataset, contributions)
  if (found !== undefined) return found
  const receipt = await transact(reader, curator, freezeAct(contracts, dataset))
  return eventIn(receipt, contracts.datasets, 'VersionFrozen').version
}
