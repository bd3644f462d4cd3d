import { DeploymentResultType, deploy, listTransactions } from '@nomicfoundation/ignition-core'
import { type Address, getAddress, type LocalAccount } from 'viem'
import { connectReader, type Reader, walletOn } from '../../sdk/chain.ts'
import type { Deployment } from '../../sdk/deployment.ts'
import { StopError } from '../../sdk/errors.ts'
import { attributionLedger } from './module.ts'
import { buildRelease, releaseArtifacts } from './release.ts'
import { signingProvider } from './signer.ts'
import { completeTerms, type DeploymentTerms } from './terms.ts'

export interface DeployRequest extends DeploymentTerms {
  readonly name: string
  readonly rpcUrl: string
  readonly deployer: LocalAccount
  /** Where Ignition keeps its journal, from which a broken deployment resumes. Without one nothing is kept. */
  readonly ignitionFolder?: string
}

/** Compiles what changed, deploys all contracts and gives out the roles; a deployment that broke off is resumed. */
export async function deployLedger(request: DeployRequest): Promise<Deployment> {
  const reader = await connectReader(request.rpcUrl)
  await buildRelease()
  const deployer = request.deployer.address
  const before = await reader.getBlockNumber()
  const result = await deploy({
    ignitionModule: attributionLedger({
      guardian: request.guardian !== undefined,
      arbiter: request.arbiter !== undefined,
    }),
    artifactResolver: releaseArtifacts,
    provider: signingProvider(walletOn(reader, request.deployer)),
    accounts: [deployer],
    config: { blockPollingInterval: 50 },
    ...(request.ignitionFolder !== undefined && { deploymentDir: request.ignitionFolder }),
    deploymentParameters: { AttributionLedger: completeTerms(request, deployer) },
  })
  if (result.type !== DeploymentResultType.SUCCESSFUL_DEPLOYMENT) {
    throw new StopError(
      'The deployment did not finish',
      {
        outcome: result.type,
        detail: JSON.stringify(result, (_, value) => (typeof value === 'bigint' ? `${value}` : value)),
      },
      'Run the command again: it goes on where it stopped.',
    )
  }
  const { contracts } = result
  const at = (name: string): Address => {
    const contract = contracts[`AttributionLedger#${name}`]
    if (contract === undefined) throw new Error(`Ignition reports no ${name}, although the deployment succeeded`)
    return getAddress(contract.address)
  }
  return {
    name: request.name,
    chainId: reader.chain.id,
    startBlock: Number(
      request.ignitionFolder === undefined ? before + 1n : await firstBlock(reader, request.ignitionFolder),
    ),
    contracts: {
      accessManager: at('AccessManager'),
      openToken: at('OpenToken'),
      accounts: at('Accounts'),
      datasets: at('Datasets'),
      models: at('Models'),
      ledger: at('Ledger'),
      court: at('Court'),
      evaluations: at('Evaluations'),
      timelock: at('TimelockController'),
      governor: at('LedgerGovernor'),
    },
  }
}

/** A resumed deployment began earlier than this process: Ignition's journal knows its first transaction. */
async function firstBlock(reader: Reader, ignitionFolder: string): Promise<bigint> {
  const [first] = await listTransactions(ignitionFolder, releaseArtifacts)
  if (first === undefined) throw new Error(`${ignitionFolder} lists no transaction, although the deployment succeeded`)
  return (await reader.getTransactionReceipt({ hash: first.txHash as `0x${string}` })).blockNumber
}

/** Whether every contract of `deployment` has code on the reader's chain. */
export async function standsOn(reader: Reader, deployment: Deployment): Promise<boolean> {
  const codes = await Promise.all(Object.values(deployment.contracts).map((address) => reader.getCode({ address })))
  return codes.every((code) => code !== undefined && code !== '0x')
}
