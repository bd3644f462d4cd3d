import type { Abi, Address } from 'viem'
import { accessManagerAbi } from '../deployments/abi/accessManager.ts'
import { accountsAbi } from '../deployments/abi/accounts.ts'
import { bondsAbi } from '../deployments/abi/bonds.ts'
import { channelsAbi } from '../deployments/abi/channels.ts'
import { clockAbi } from '../deployments/abi/clock.ts'
import { courtAbi } from '../deployments/abi/court.ts'
import { datasetsAbi } from '../deployments/abi/datasets.ts'
import { earningsAbi } from '../deployments/abi/earnings.ts'
import { evaluationsAbi } from '../deployments/abi/evaluations.ts'
import { fineTunesAbi } from '../deployments/abi/fineTunes.ts'
import { ledgerAbi } from '../deployments/abi/ledger.ts'
import { ledgerGovernorAbi } from '../deployments/abi/ledgerGovernor.ts'
import { modelsAbi } from '../deployments/abi/models.ts'
import { openTokenAbi } from '../deployments/abi/openToken.ts'
import { settlementAbi } from '../deployments/abi/settlement.ts'
import { timelockControllerAbi } from '../deployments/abi/timelockController.ts'
import { unitCourtAbi } from '../deployments/abi/unitCourt.ts'
import { connectReader, type Reader } from './chain.ts'
import type { Deployment } from './deployment.ts'

/** One contract of a deployment: what it is called, where it is, and what it answers to. */
export interface Contract<abi extends Abi = Abi> {
  readonly name: string
  readonly address: Address
  readonly abi: abi
}

/** What each contract answers to and tells. Named one by one, so that declarations refer to ABIs instead of repeating them. */
export interface Abis {
  readonly accessManager: typeof accessManagerAbi
  readonly openToken: typeof openTokenAbi
  readonly clock: typeof clockAbi
  readonly accounts: typeof accountsAbi
  readonly datasets: typeof datasetsAbi
  readonly models: typeof modelsAbi
  readonly fineTunes: typeof fineTunesAbi
  readonly earnings: typeof earningsAbi
  readonly bonds: typeof bondsAbi
  readonly channels: typeof channelsAbi
  readonly ledger: typeof ledgerAbi
  readonly settlement: typeof settlementAbi
  readonly court: typeof courtAbi
  readonly unitCourt: typeof unitCourtAbi
  readonly evaluations: typeof evaluationsAbi
  readonly timelock: typeof timelockControllerAbi
  readonly governor: typeof ledgerGovernorAbi
}

export type Contracts = { readonly [name in keyof Abis]: Contract<Abis[name]> }

export const abis: Abis = {
  accessManager: accessManagerAbi,
  openToken: openTokenAbi,
  clock: clockAbi,
  accounts: accountsAbi,
  datasets: datasetsAbi,
  models: modelsAbi,
  fineTunes: fineTunesAbi,
  earnings: earningsAbi,
  bonds: bondsAbi,
  channels: channelsAbi,
  ledger: ledgerAbi,
  settlement: settlementAbi,
  court: courtAbi,
  unitCourt: unitCourtAbi,
  evaluations: evaluationsAbi,
  timelock: timelockControllerAbi,
  governor: ledgerGovernorAbi,
}

/** The contracts of a deployment, as viem takes them: address and ABI together. */
export function contractsOf({ contracts }: Deployment): Contracts {
  return {
    accessManager: { name: 'AccessManager', address: contracts.accessManager, abi: abis.accessManager },
    openToken: { name: 'OpenToken', address: contracts.openToken, abi: abis.openToken },
    clock: { name: 'Clock', address: contracts.clock, abi: abis.clock },
    accounts: { name: 'Accounts', address: contracts.accounts, abi: abis.accounts },
    datasets: { name: 'Datasets', address: contracts.datasets, abi: abis.datasets },
    models: { name: 'Models', address: contracts.models, abi: abis.models },
    fineTunes: { name: 'FineTunes', address: contracts.fineTunes, abi: abis.fineTunes },
    earnings: { name: 'Earnings', address: contracts.earnings, abi: abis.earnings },
    bonds: { name: 'Bonds', address: contracts.bonds, abi: abis.bonds },
    channels: { name: 'Channels', address: contracts.channels, abi: abis.channels },
    ledger: { name: 'Ledger', address: contracts.ledger, abi: abis.ledger },
    settlement: { name: 'Settlement', address: contracts.settlement, abi: abis.settlement },
    court: { name: 'Court', address: contracts.court, abi: abis.court },
    unitCourt: { name: 'UnitCourt', address: contracts.unitCourt, abi: abis.unitCourt },
    evaluations: { name: 'Evaluations', address: contracts.evaluations, abi: abis.evaluations },
    timelock: { name: 'TimelockController', address: contracts.timelock, abi: abis.timelock },
    governor: { name: 'LedgerGovernor', address: contracts.governor, abi: abis.governor },
  }
}

/** Our contracts call each other, so a refusal by one may carry an error of any of them. */
export const knownErrors: Abi = Object.values(abis).flatMap((abi) =>
  (abi as Abi).filter((entry) => entry.type === 'error'),
)

/** A deployment, and what reads models and books asks a node of its chain. */
export interface Reading {
  readonly reader: Pick<Reader, 'readContract' | 'getContractEvents'>
  readonly contracts: Contracts
  readonly fromBlock: bigint
}

/** A deployment, and a node of its chain to ask. */
export interface Connection extends Reading {
  readonly reader: Reader
}

export async function connect(rpcUrl: string, deployment: Deployment): Promise<Connection> {
  return {
    reader: await connectReader(rpcUrl, deployment.chainId),
    contracts: contractsOf(deployment),
    fromBlock: BigInt(deployment.startBlock),
  }
}
