import type { Hex } from 'viem'
import { type Address, decodeFunctionResult, encodeFunctionData } from 'viem'
import { abis } from '../../sdk/contracts.ts'
import type { Deployment } from '../../sdk/deployment.ts'
import { RetryError, StopError } from '../../sdk/errors.ts'
import { MayPass } from '../contradiction.ts'
import { type ContractName, type JournaledName, journaled } from '../events/contracts.ts'
import type { Node } from './node.ts'
import { Malformed, NodeBusy, NotThereYet } from './nodeError.ts'

/** The deployment and chain of a history. */
export interface Identity {
  readonly chainId: bigint
  readonly genesisHash: Hex
  readonly deployment: string
  readonly startBlock: bigint
  readonly clock: Hex
  readonly accounts: Hex
  readonly datasets: Hex
  readonly models: Hex
  readonly fineTunes: Hex
  readonly earnings: Hex
  readonly bonds: Hex
  readonly channels: Hex
  readonly ledger: Hex
  readonly settlement: Hex
  readonly court: Hex
  readonly unitCourt: Hex
  readonly evaluations: Hex
  readonly openToken: Hex
  /** The account that gets the treasury's shares and rounding remainders. */
  readonly treasury: bigint
}

/** How long to wait before a node that is busy, or behind, is asked again at the start. */
const PAUSES_MS = [500, 1_000, 2_000]

/**
 * Asks every node for its identity. Those that answer must agree; a silent one may answer later.
 */
export async function identifyAll(
  nodes: readonly Node[],
  deployment: Deployment,
  contracts: readonly ContractName[] = journaled,
): Promise<Identity> {
  const answers = await Promise.allSettled(nodes.map((node) => identifyInTime(node, deployment, contracts)))
  let agreed: { readonly identity: Identity; readonly node: Node } | undefined
  for (const [i, node] of nodes.entries()) {
    const answer = answers[i]
    if (answer?.status === 'fulfilled') {
      if (agreed !== undefined) mustAgree(agreed.identity, answer.value, node)
      agreed ??= { identity: answer.value, node }
    } else if (answer?.reason instanceof RetryError) continue
    else throw answer?.reason
  }
  if (agreed !== undefined) return agreed.identity
  throw (answers[0] as PromiseRejectedResult).reason
}

/** Asks again for a moment where the node answers, but not yet with what it must. */
async function identifyInTime(
  node: Node,
  deployment: Deployment,
  contracts: readonly ContractName[],
): Promise<Identity> {
  for (const ms of PAUSES_MS) {
    try {
      return await identify(node, deployment, contracts)
    } catch (error) {
      const isPassing = [MayPass, NotThereYet, NodeBusy, Malformed].some((kind) => error instanceof kind)
      if (!isPassing) throw error
      await node.pause(ms)
    }
  }
  return await identify(node, deployment, contracts).catch((error) => {
    throw error instanceof MayPass ? error.end : error
  })
}

/** Throws if a node is on another chain, or has other contracts. */
export function mustAgree(known: Identity, found: Identity, node: Node): void {
  const what = (Object.keys(known) as (keyof Identity)[]).find((key) => known[key] !== found[key])
  if (what === undefined) return
  throw new StopError(
    `The node at ${node.name} gives another ${what} than the other nodes`,
    { known: known[what], found: found[what] },
    'Leave that node out, or find out which of the nodes is on the right chain.',
  )
}

/**
 * Checks that the node is on the deployment's chain and has its contracts, and gives the identity.
 */
export async function identify(
  node: Node,
  deployment: Deployment,
  contracts: readonly ContractName[] = journaled,
): Promise<Identity> {
  const found = await node.chainId()
  if (found !== deployment.chainId) {
    throw new StopError(
      `The node at ${node.name} is on another chain than the deployment ${deployment.name}`,
      { expected: deployment.chainId, found },
      'Use a node of the chain that the deployment file names.',
    )
  }
  for (const name of contracts) {
    const address = deployment.contracts[name]
    if (await node.hasCode(address)) continue
    const missing = new StopError(
      `There is no contract at the address of ${name}`,
      { address, chain: found },
      'The deployment file belongs to another chain, or the local chain was restarted: deploy again.',
    )
    // A node that is still behind the deployment has no contract yet.
    const { number } = await node.latest()
    throw number < BigInt(deployment.startBlock) ? new MayPass(missing) : missing
  }
  const [genesis] = await node.blocks(0n, 0n)
  if (genesis === undefined) throw new StopError(`The node at ${node.name} has no block 0`, {}, 'Use a full node.')

  const addresses = Object.fromEntries(journaled.map((name) => [name, lower(deployment.contracts[name])]))
  return {
    ...(addresses as Record<JournaledName, Address>),
    openToken: lower(deployment.contracts.openToken),
    chainId: BigInt(found),
    genesisHash: genesis.hash,
    deployment: deployment.name,
    startBlock: BigInt(deployment.startBlock),
    treasury: await askTreasury(node, deployment),
  }
}

/**
 * The treasury's account, which the Settlement fixes. Where the deployment file has it, the node
 * must agree.
 */
async function askTreasury(node: Node, { contracts, treasury: known }: Deployment): Promise<bigint> {
  const [abi, functionName] = [abis.settlement, 'treasury'] as const
  const data = await node.call(contracts.settlement, encodeFunctionData({ abi, functionName }))
  // Another of the provider's servers has its code.
  if (data === '0x') throw new NotThereYet(node.name, 'the Settlement', { address: contracts.settlement })
  const found = decodeFunctionResult({ abi, functionName, data })
  if (known === undefined || found === known) return BigInt(found)
  throw new StopError(
    `The node at ${node.name} gives another treasury of the Settlement than the deployment file`,
    { deployed: known, found },
    'Leave that node out; if all nodes agree, the deployment file is not of this Settlement.',
  )
}

function lower(address: Address): Address {
  return `0x${address.slice(2).toLowerCase()}`
}
