import type { Hex } from 'viem'
import type { Connection } from '../../sdk/contracts.ts'
import { StopError } from '../../sdk/errors.ts'

/** What frozen versions hold, asked of the chain: a model's units are formed of all of it. */

export interface VersionContribution {
  readonly id: Hex
  readonly dataset: number
  readonly contributor: number
  readonly items: number
  /** Position of its acceptance in the contract's journal: of two near-copies, the one accepted earlier is kept. */
  readonly acceptedAt: number
  /** Until when new models may use it, in Unix time. */
  readonly usableUntil: number
}

/** As many as one call is asked about. */
const A_CALL = 500

/** Every contribution of the versions once, ascending by id. Refuses a version that was never frozen. */
export async function contributionsIn(
  connection: Connection,
  versions: readonly bigint[],
): Promise<readonly VersionContribution[]> {
  for (const version of versions) await requireFrozen(connection, version)
  const { reader, contracts, fromBlock } = connection
  const accepted = await reader.getContractEvents({
    ...contracts.datasets,
    eventName: 'ContributionAccepted',
    args: { dataset: [...new Set(versions.map((version) => Number(version >> 32n)))] },
    fromBlock,
    strict: true,
  })
  const found: VersionContribution[] = []
  for (let at = 0; at < accepted.length; at += A_CALL) {
    const page = accepted.slice(at, at + A_CALL)
    const members = await reader.readContract({
      ...contracts.datasets,
      functionName: 'membersOf',
      args: [versions, page.map(({ args }) => args.contribution)],
    })
    page.forEach(({ args }, i) => {
      const member = members[i]
      if (member === undefined || member.versions === 0) return
      found.push({
        id: args.contribution,
        dataset: args.dataset,
        contributor: member.contributor,
        items: member.itemCount,
        acceptedAt: args.acceptedAt,
        usableUntil: member.usableUntil,
      })
    })
  }
  return found.toSorted((a, b) => (a.id < b.id ? -1 : 1))
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
    dataset === 0
      ? `Dataset version ${version} does not exist`
      : `Dataset version ${version} does not exist: it would be number ${number} of dataset ${dataset}, of which ${frozen} are frozen`,
    {},
    dataset === 0
      ? 'Name a frozen one by dataset · 2^32 + version, as `dataset show` prints it. A run on a shipped corpus has none, and cannot be published.'
      : 'Freeze the dataset first, or use a node of the chain that it is on.',
  )
}
