import { type Address, type Hex, toEventHash } from 'viem'
import type { Deployment } from '../../sdk/deployment.ts'

/** The contracts that keep a journal: all of their events are indexed, always. */
export const journaled = [
  'clock',
  'accounts',
  'datasets',
  'models',
  'fineTunes',
  'earnings',
  'bonds',
  'channels',
  'ledger',
  'settlement',
  'court',
  'unitCourt',
  'evaluations',
] as const
export type JournaledName = (typeof journaled)[number]

/** The token keeps no journal. Only its transfers are indexed, and only on request. */
export type ContractName = JournaledName | 'openToken'

/** The first topic of a transfer of OPEN, as of any ERC-20 token. */
export const TRANSFER = toEventHash('event Transfer(address indexed from, address indexed to, uint256 value)')

/** A log of a node, its address and topics in lower case. */
export interface ChainLog {
  readonly address: Address
  readonly topics: readonly Hex[]
  readonly data: Hex
  readonly block: bigint
  readonly blockHash: Hex
  readonly logIndex: bigint
  readonly transactionHash: Hex
}

export interface FollowedContract {
  readonly name: ContractName
  /** In lower case. */
  readonly address: Address
  /** The first topic of its only event that is indexed; undefined where all are. */
  readonly topic: Hex | undefined
}

/** The contracts whose events are indexed, made once for a deployment. */
export interface Followed {
  readonly contracts: readonly FollowedContract[]
  readonly byAddress: ReadonlyMap<string, FollowedContract>
}

/** The contracts of a deployment whose events are indexed. */
export interface Sources {
  readonly deployment: Deployment
  readonly followed: Followed
}

/** The contracts of these names: all that an indexer follows, or a late one. */
export function followedOf(deployment: Deployment, names: readonly ContractName[]): Followed {
  const contracts = names.map((name) => ({
    name,
    address: deployment.contracts[name].toLowerCase() as Address,
    topic: name === 'openToken' ? TRANSFER : undefined,
  }))
  return { contracts, byAddress: new Map(contracts.map((contract) => [contract.address, contract])) }
}

/** Which contracts an indexer follows. */
export function namesFollowed(options: { readonly transfers: boolean }): readonly ContractName[] {
  return options.transfers ? [...journaled, 'openToken'] : journaled
}

/** The followed contract that emitted a log, if the log is one that is indexed. */
export function contractOf(
  { byAddress }: Followed,
  { address, topics }: Pick<ChainLog, 'address' | 'topics'>,
): ContractName | undefined {
  const contract = byAddress.get(address)
  if (contract === undefined) return undefined
  return contract.topic === undefined || contract.topic === topics[0] ? contract.name : undefined
}
