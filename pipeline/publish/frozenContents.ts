/** What a frozen version holds, or would hold, beside what its curator named. */
import type { Hex } from 'viem'
import type { Connection } from '../../sdk/contracts.ts'
import { StopError } from '../../sdk/errors.ts'
import { findContribution, statusOf } from './contribution.ts'
import { contributionsIn } from './versionContents.ts'

/** Refuses contributions that a freeze of `dataset` would leave out, or would take along unnamed. */
export async function requireFreezable(
  connection: Connection,
  dataset: number,
  contributions: readonly Hex[],
): Promise<void> {
  const named = new Set(contributions)
  const problems = contributions.filter((one, i) => contributions.indexOf(one) !== i).map((one) => `${one} twice`)
  for (const contribution of named) {
    const found = await findContribution(connection, contribution)
    if (found === undefined) problems.push(`${contribution}, which nobody made`)
    else if (found.dataset !== dataset) problems.push(`${contribution}, which is of dataset ${found.dataset}`)
    else if (found.status === 'rejected' || found.status === 'withdrawn')
      problems.push(`${contribution}, which is ${found.status}`)
  }
  if (problems.length > 0)
    throw new StopError(
      `Dataset ${dataset} cannot be frozen with ${problems.join('; ')}`,
      {},
      'Name contributions that were submitted to this dataset and stand, each once.',
    )
  const unnamed = (await acceptedIn(connection, dataset)).filter((one) => !named.has(one))
  if (unnamed.length === 0) return
  throw new StopError(
    `A version of dataset ${dataset} would also hold what was accepted earlier and is not named: ${unnamed.join(', ')}`,
    { named: named.size, unnamed: unnamed.length },
    'A version holds everything that is accepted. Name these too, or begin another dataset.',
  )
}

/** Refuses a version that does not hold exactly what was named: somebody withdrew, or accepted more, at the same moment. */
export async function requireFrozen(
  connection: Connection,
  version: bigint,
  contributions: readonly Hex[],
): Promise<void> {
  const held = new Set((await contributionsIn(connection, [version])).map(({ id }) => id))
  const missing = contributions.filter((one) => !held.has(one))
  const unnamed = [...held].filter((one) => !contributions.includes(one))
  if (missing.length + unnamed.length === 0) return
  const parts = [
    ...(missing.length > 0 ? [`without ${missing.join(', ')}`] : []),
    ...(unnamed.length > 0 ? [`with ${unnamed.join(', ')}, which were not named`] : []),
  ]
  throw new StopError(
    `Version ${version} was frozen ${parts.join(' and ')}`,
    { named: contributions.length, frozen: held.size },
    'Do not train on it. Look at the contributions, and freeze another version.',
  )
}

/** Contributions that are accepted now, in the order in which they were. */
async function acceptedIn(connection: Connection, dataset: number): Promise<readonly Hex[]> {
  const { reader, contracts, fromBlock } = connection
  const events = await reader.getContractEvents({
    ...contracts.datasets,
    eventName: 'ContributionAccepted',
    args: { dataset },
    fromBlock,
    strict: true,
  })
  const all = events.map(({ args }) => args.contribution)
  const statuses = await Promise.all(all.map((contribution) => statusOf(connection, contribution)))
  return all.filter((_, i) => statuses[i] === 'accepted')
}
