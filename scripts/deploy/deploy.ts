import { readFileSync } from 'node:fs'
import { type DeploymentResult, DeploymentResultType, deploy, FutureType, wipe } from '@nomicfoundation/ignition-core'
import { type Address, BaseError, getAddress, type LocalAccount } from 'viem'
import * as z from 'zod'
import { connectReader, type Reader } from '../../sdk/chain.ts'
import { abis } from '../../sdk/contracts.ts'
import type { Deployment } from '../../sdk/deployment.ts'
import { isExplained, RetryError, StopError } from '../../sdk/errors.ts'
import { makeFolder } from '../../sdk/node/makeFolder.ts'
import { nodeFailure } from '../../sdk/nodeFailure.ts'
import { attributionLedger } from './module.ts'
import { buildRelease, releaseArtifacts } from './release.ts'
import { keepSent, mendDeployment } from './sentLog.ts'
import { signingProvider } from './signer.ts'
import { completeTerms, type DeploymentTerms } from './terms.ts'

export interface DeployRequest extends DeploymentTerms {
  readonly name: string
  readonly rpcUrl: string
  readonly deployer: LocalAccount
  /** Where Ignition keeps its journal, from which a broken deployment resumes. Without one nothing is kept. */
  readonly ignitionFolder?: string
  /** Hears of every transaction before it is sent. */
  readonly onSent?: (sent: number, total: number) => void
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
  const { ignitionFolder } = request
  const before = await reader.getBlockNumber()
  if (ignitionFolder !== undefined) {
    makeFolder(ignitionFolder)
    await mendDeployment(ignitionFolder, reader)
  }
  const first = await runIgnition(request, reader)
  const failed = first.type === DeploymentResultType.PREVIOUS_RUN_ERROR ? Object.keys(first.errors) : []
  // What an earlier run failed at is tried again; Ignition alone would keep the failure for good.
  for (const future of failed) await wipe(ignitionFolder as string, releaseArtifacts, future)
  const result = failed.length === 0 ? first : await runIgnition(request, reader)
  if (result.type !== DeploymentResultType.SUCCESSFUL_DEPLOYMENT) throw unfinished(result)
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

async function runIgnition(request: DeployRequest, reader: Reader): Promise<DeploymentResult> {
  const { deployer, ignitionFolder, onSent } = request
  const ignitionModule = attributionLedger({
    guardian: request.guardian !== undefined,
    arbiter: request.arbiter !== undefined,
  })
  const total = [...ignitionModule.futures].filter(({ type }) => type !== FutureType.READ_EVENT_ARGUMENT).length
  let sent = 0
  try {
    return await deploy({
      ignitionModule,
      artifactResolver: releaseArtifacts,
      provider: signingProvider(reader, deployer, (attempt) => {
        if (ignitionFolder !== undefined) keepSent(ignitionFolder, attempt)
        onSent?.(++sent, total)
      }),
      // In capitals, because Ignition sorts futures by sender and puts those that it has not begun under 0xFFFF…: what is to be sent again must
      // come before them, or their nonces do not follow.
      accounts: [`0x${deployer.address.slice(2).toUpperCase()}`],
      config: { blockPollingInterval: 50 },
      ...(ignitionFolder !== undefined && { deploymentDir: ignitionFolder }),
      deploymentParameters: { AttributionLedger: completeTerms(request, deployer.address) },
    })
  } catch (cause) {
    throw brokenOff(cause, deployer.address)
  }
}

/** What went wrong on the way, in one sentence. */
function brokenOff(cause: unknown, deployer: Address): unknown {
  if (!(cause instanceof Error) || isExplained(cause)) return cause
  const system = systemErrorIn(cause)
  if (system !== undefined) return system
  const text = cause instanceof BaseError ? `${cause.message} ${cause.details}` : cause.message
  if (/insufficient funds/i.test(text))
    return new StopError(
      `${deployer} cannot pay for gas`,
      {},
      `Send it some of the chain’s own coin. ${RESUMES}`,
      cause,
    )
  const node = nodeFailure(cause)
  if (node !== undefined) return node
  const [first = ''] = cause.message.split('\n')
  return new RetryError(`The deployment broke off: ${first.replace(/^HHE\d+: |\.$/g, '')}`, {}, RESUMES, cause)
}

/** What a disk or a folder did, which any layer above may have wrapped. */
function systemErrorIn(error: unknown): Error | undefined {
  if (!(error instanceof Error)) return undefined
  if (/^(ENOSPC|EDQUOT|EACCES|EPERM|EROFS|ENOENT|ENOTDIR|EISDIR|EEXIST)\b/.test(error.message)) {
    const [code] = error.message.split(':')
    return 'code' in error ? error : Object.assign(new Error(error.message, { cause: error }), { code })
  }
  return systemErrorIn(error.cause)
}

const RESUMES = 'Run the same command again: it continues where it stopped.'

function unfinished(result: DeploymentResult): StopError {
  if (result.type === DeploymentResultType.RECONCILIATION_ERROR)
    return new StopError(
      'A deployment of this name was begun with other options',
      { differs: Object.values(result.errors).flat()[0] ?? '' },
      'Give the same options again, or choose another name.',
    )
  const [future, reason] =
    result.type === DeploymentResultType.EXECUTION_ERROR
      ? [result.failed[0]?.futureId ?? result.timedOut[0]?.futureId, result.failed[0]?.error ?? 'not mined in time']
      : [undefined, JSON.stringify(result)]
  const what = future?.replace('AttributionLedger#', '') ?? result.type
  return new StopError(`The deployment did not get past ${what}`, { reason }, RESUMES)
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
