import { readFileSync } from 'node:fs'
import { DeploymentResultType, deploy } from '@nomicfoundation/ignition-core'
import { type Address, getAddress, type LocalAccount } from 'viem'
import * as z from 'zod'
import { connectReader, type Reader } from '../../sdk/chain.ts'
import { abis } from '../../sdk/contracts.ts'
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

/** What Ignition's journal says of a transaction that was mined. */
const confirmationSchema = z.object({
  type: z.literal('TRANSACTION_CONFIRM'),
  receipt: z.object({ blockNumber: z.int() }),
})

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
    provider: signingProvider(reader, request.deployer),
    // In capitals, because Ignition sorts futures by sender and puts those that it has not begun under 0xFFFF…: what is to be sent again must
    // come before them, or their nonces do not follow.
    accounts: [`0x${deployer.slice(2).toUpperCase()}`],
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
  const settlement = { address: at('Settlement'), abi: abis.settlement }
  const treasury = await reader.readContract({ ...settlement, functionName: 'treasury' })
  return {
    name: request.name,
    chainId: reader.chain.id,
    startBlock: request.ignitionFolder === undefined ? Number(before) + 1 : firstBlock(request.ignitionFolder),
    contracts: {
      accessManager: at('AccessManager'),
      openToken: at('OpenToken'),
      clock: at('Clock'),
      accounts: at('Accounts'),
      datasets: at('Datasets'),
      models: at('Models'),
      fineTunes: at('FineTunes'),
      earnings: at('Earnings'),
      bonds: at('Bonds'),
      channels: at('Channels'),
      ledger: at('Ledger'),
      settlement: settlement.address,
      court: at('Court'),
      unitCourt: at('UnitCourt'),
      evaluations: at('Evaluations'),
      timelock: at('TimelockController'),
      governor: at('LedgerGovernor'),
    },
    treasury,
  }
}

/** A resumed deployment began earlier than this process: Ignition's journal knows in which block. */
function firstBlock(ignitionFolder: string): number {
  const blocks = readFileSync(`${ignitionFolder}/journal.jsonl`, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .flatMap((line) => {
      const confirmation = confirmationSchema.safeParse(JSON.parse(line))
      return confirmation.success ? [confirmation.data.receipt.blockNumber] : []
    })
  if (blocks.length === 0)
    throw new Error(`${ignitionFolder} confirms no transaction, although the deployment succeeded`)
  return Math.min(...blocks)
}

/** Whether every contract of `deployment` has code on the reader's chain. */
export async function standsOn(reader: Reader, deployment: Deployment): Promise<boolean> {
  const codes = await Promise.all(Object.values(deployment.contracts).map((address) => reader.getCode({ address })))
  return codes.every((code) => code !== undefined && code !== '0x')
}
