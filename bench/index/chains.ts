import { existsSync, mkdirSync, rmSync, statSync } from 'node:fs'
import { numberToHex } from 'viem'
import { walletsOf } from '../../examples/demo/wallets.ts'
import { deployLedger } from '../../scripts/deploy/deploy.ts'
import type { Deployment } from '../../sdk/deployment.ts'
import { readDeployment } from '../../sdk/node/readDeployment.ts'
import { writeWhole } from '../../sdk/node/writeWhole.ts'
import { type Anvil, startAnvil } from './anvil.ts'

/** A chain to be indexed, on a node of its own. */
export interface Chain {
  readonly anvil: Anvil
  readonly deployment: Deployment
  readonly deploymentFile: string
}

export interface ChainKind {
  /** The folder that it is kept in: another content needs another name. */
  readonly name: string
  build(anvil: Anvil, deployment: Deployment): Promise<void>
}

const FOLDER = 'var/bench/chains'
/** After a restart the node knows the state of new blocks only: these make what it calls finalised one of them. */
const BLOCKS_AFTER = 80

/** A node with that chain, made once and then kept: making takes a minute for 200,000 transactions, loading some seconds. */
export async function openChain(kind: ChainKind, say: (line: string) => void): Promise<Chain> {
  const folder = `${FOLDER}/${kind.name}`
  const state = `${folder}/state.json`
  const deploymentFile = `${folder}/deployment.json`
  // Written last, so that a chain that was broken off is made anew.
  if (!existsSync(deploymentFile)) await make(kind, folder, state, deploymentFile, say)
  const anvil = await startAnvil({ load: state })
  await anvil.ask('evm_setAutomine', [false])
  await anvil.ask('anvil_mine', [numberToHex(BLOCKS_AFTER)])
  return { anvil, deployment: readDeployment(deploymentFile), deploymentFile }
}

export function forgetChains(): void {
  rmSync(FOLDER, { recursive: true, force: true })
}

async function make(
  { name, build }: ChainKind,
  folder: string,
  state: string,
  deploymentFile: string,
  say: (line: string) => void,
): Promise<void> {
  const start = performance.now()
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const anvil = await startAnvil({ save: state })
  try {
    const { deployer, treasury } = walletsOf(0)
    const rpcUrl = anvil.url
    const deployment = await deployLedger({ name: 'bench', rpcUrl, deployer, treasuryPayout: treasury.address })
    await anvil.ask('evm_setAutomine', [false])
    await build(anvil, deployment)
    await anvil.stop()
    writeWhole(deploymentFile, `${JSON.stringify(deployment, null, 2)}\n`)
  } finally {
    await anvil.stop()
  }
  const megabytes = Math.round(statSync(state).size / 2 ** 20)
  say(
    `Made the chain of ${name} in ${((performance.now() - start) / 1_000).toFixed(0)} s: ${megabytes} MiB in ${folder}`,
  )
}
