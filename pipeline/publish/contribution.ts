import type { Hex } from 'viem'
import { errorNameOf } from '../../sdk/contractCall.ts'
import type { Connection } from '../../sdk/contracts.ts'

/** A contribution as the chain knows it. */
export interface KnownContribution {
  readonly contributor: number
  readonly dataset: number
  /** Position of its acceptance in the contract's journal, which orders contributions; zero if it was never accepted. */
  readonly acceptedAt: number
  readonly status: ContributionStatus
}

const statuses = ['none', 'submitted', 'accepted', 'rejected', 'withdrawn'] as const
export type ContributionStatus = (typeof statuses)[number]

export async function findContribution(
  { reader, contracts }: Connection,
  contribution: Hex,
): Promise<KnownContribution | undefined> {
  try {
    const found = await reader.readContract({
      ...contracts.datasets,
      functionName: 'contributionOf',
      args: [contribution],
    })
    const status = statuses[found.status]
    if (status === undefined) throw new Error(`Datasets knows a status ${found.status} that this code does not`)
    return { contributor: found.contributor, dataset: found.dataset, acceptedAt: found.acceptedAt, status }
  } catch (error) {
    if (errorNameOf(error) === 'Datasets_UnknownContribution') return undefined
    throw error
  }
}

export async function statusOf(connection: Connection, contribution: Hex): Promise<ContributionStatus> {
  return (await findContribution(connection, contribution))?.status ?? 'none'
}
