import type { Abi, Address } from 'viem'
import { accessManagerAbi } from '../deployments/abi/accessManager.ts'
import { accountsAbi } from '../deployments/abi/accounts.ts'
import { courtAbi } from '../deployments/abi/court.ts'
import { datasetsAbi } from '../deployments/abi/datasets.ts'
import { evaluationsAbi } from '../deployments/abi/evaluations.ts'
import { ledgerAbi } from '../deployments/abi/ledger.ts'
import { ledgerGovernorAbi } from '../deployments/abi/ledgerGovernor.ts'
import { modelsAbi } from '../deployments/abi/models.ts'
import { openTokenAbi } from '../deployments/abi/openToken.ts'
import { poolsAbi } from '../deployments/abi/pools.ts'
import { timelockControllerAbi } from '../deployments/abi/timelockController.ts'
import { connectReader, type Reader } from './chain.ts'
import type { Deployment } from './deployment.ts'

/** One contract of a deployment: what it is called, where it is, and what it answers to. */
export interface Contract<abi extends Abi = Abi> {
  readonly name: string
  readonly address: Address
  readonly abi: abi
}

export type Contracts = ReturnType<typeof contractsOf>

/** What each contract answers to and tells. */
export const abis = {
  accessManager: accessManagerAbi,
  openToken: openTokenAbi,
  accounts: accountsAbi,
  datasets: datasetsAbi,
  pools: poolsAbi,
  models: modelsAbi,
  ledger: ledgerAbi,
  court: courtAbi,
  evaluations: evaluationsAbi,
  timelock: timelockControllerAbi,
  governor: ledgerGovernorAbi,
} as const

function contractsOf({ contracts }: Deployment) {
  return {
    accessManager: { name: 'AccessManager', address: contracts.accessManager, abi: abis.accessManager },
    openToken: { name: 'OpenToken', address: contracts.openToken, abi: abis.openToken },
    accounts: { name: 'Accounts', address: contracts.accounts, abi: abis.accounts },
    datasets: { name: 'Datasets', address: contracts.datasets, abi: abis.datasets },
    pools: { name: 'Pools', address: contracts.pools, abi: abis.pools },
    models: { name: 'Models', address: contracts.models, abi: abis.models },
    ledger: { name: 'Ledger', address: contracts.ledger, abi: abis.ledger },
    court: { name: 'Court', address: contracts.court, abi: abis.court },
    evaluations: { name: 'Evaluations', address: contracts.evaluations, abi: abis.evaluations },
    timelock: { name: 'TimelockController', address: contracts.timelock, abi: abis.timelock },
    governor: { name: 'LedgerGovernor', address: contracts.governor, abi: abis.governor },
  } as const
}

/** Our contracts call each other, so a refusal by one may carry an error of any of them. */
export const knownErrors: Abi = Object.values(abis).flatMap((abi) =>
  (abi as Abi).filter((entry) => entry.type === 'error'),
)

/** A deployment, and a node of its chain to ask. */
export interface Connection {
  readonly reader: Reader
  readonly contracts: Contracts
  readonly fromBlock: bigint
}

export async function connect(rpcUrl: string, deployment: Deployment): Promise<Connection> {
  return {
    reader: await connectReader(rpcUrl, deployment.chainId),
    contracts: contractsOf(deployment),
    fromBlock: BigInt(deployment.startBlock),
  }
}
