import type { Address, Hex } from 'viem'
import type { Deployment } from '../../sdk/deployment.ts'

/** The contracts that keep a journal: exactly those whose events are indexed. */
export const journaled = ['accounts', 'datasets', 'pools', 'models', 'ledger', 'court', 'evaluations'] as const
export type ContractName = (typeof journaled)[number]

/** An event as a node hands it over. */
export interface ChainLog {
  readonly address: Address
  readonly topics: readonly Hex[]
  readonly data: Hex
  readonly block: bigint
  readonly blockHash: Hex
  readonly logIndex: bigint
  readonly transactionHash: Hex
}

/** Which of our contracts lives at `address`. */
export function contractAt(deployment: Deployment, address: Address): ContractName | undefined {
  return journaled.find((name) => deployment.contracts[name].toLowerCase() === address.toLowerCase())
}
