import { type Address, decodeFunctionResult, encodeFunctionData } from 'viem'
import { abis } from '../../sdk/contracts.ts'
import type { Deployment } from '../../sdk/deployment.ts'
import { RetryError, StopError } from '../../sdk/errors.ts'
import { type ContractName, journaled } from '../decode/contracts.ts'
import type { Identity } from '../store/schema.ts'
import type { Node } from './node.ts'

/** Asks every node who it speaks of. One that does not answer now may later; those that do must agree. */
export async function identifyAll(
  nodes: readonly Node[],
  deployment: Deployment,
  contracts: readonly ContractName[] = journaled,
): Promise<Identity> {
  const answers = await Promise.allSettled(nodes.map((node) => identify(node, deployment, contracts)))
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

/** Refuses a node that speaks of another chain or other contracts than we know. */
export function mustAgree(known: Identity, found: Identity, node: Node): void {
  const what = (Object.keys(known) as (keyof Identity)[]).find((key) => known[key] !== found[key])
  if (what === undefined) return
  throw new StopError(
    `The node at ${node.name} tells another ${what} than we know`,
    { known: known[what], found: found[what] },
    'Leave it out of --rpc, or find out which of the nodes is on the right chain.',
  )
}

/** Makes sure that the node is on the deployment's chain and the contracts are there, and says whose history this is. */
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
      'Point --rpc at a node of the chain that the deployment file names.',
    )
  }
  for (const name of contracts) {
    const address = deployment.contracts[name]
    if (await node.hasCode(address)) continue
    throw new StopError(
      `There is no contract at the address of ${name}`,
      { address, chain: found },
      'The deployment file belongs to another chain, or the local chain was begun anew: deploy again.',
    )
  }
  const [genesis] = await node.blocks(0n, 0n)
  if (genesis === undefined) throw new StopError(`The node at ${node.name} has no block 0`, {}, 'Use a full node.')

  const { accounts, datasets, pools, models, ledger, court, evaluations } = deployment.contracts
  return {
    chainId: BigInt(found),
    genesisHash: genesis.hash,
    deployment: deployment.name,
    startBlock: BigInt(deployment.startBlock),
    accounts: lower(accounts),
    datasets: lower(datasets),
    pools: lower(pools),
    models: lower(models),
    ledger: lower(ledger),
    court: lower(court),
    evaluations: lower(evaluations),
    treasury: await askTerm(node, deployment, 'treasury'),
    epochSeconds: await askTerm(node, deployment, 'epochSeconds'),
  }
}

/** What the Ledger's constructor fixed for good; where its deployer wrote it down, no node is believed in it. */
async function askTerm(
  node: Node,
  { contracts, ledgerTerms }: Deployment,
  functionName: 'treasury' | 'epochSeconds',
): Promise<bigint> {
  const answer = await node.call(contracts.ledger, encodeFunctionData({ abi: abis.ledger, functionName }))
  const told = BigInt(decodeFunctionResult({ abi: abis.ledger, functionName, data: answer }))
  const known = ledgerTerms?.[functionName]
  if (known === undefined || told === BigInt(known)) return told
  throw new StopError(
    `The node at ${node.name} tells another ${functionName} of the Ledger than its deployer saw`,
    { deployed: known, told },
    'Leave it out of --rpc; if all nodes say so, the deployment file is not of this Ledger.',
  )
}

function lower(address: Address): Address {
  return `0x${address.slice(2).toLowerCase()}`
}
