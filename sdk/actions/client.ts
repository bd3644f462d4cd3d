import type { Account, Chain, Client, Transport } from 'viem'
import { getChainId } from 'viem/actions'
import type { Deployment } from '../deployment.ts'
import { StopError } from '../errors.ts'

/** Any viem client of the deployment's chain: a public one, a wallet's, or one made of an ethers provider. */
export type ReadingClient = Client<Transport, Chain | undefined, Account | undefined>

/** A viem client that signs, and reads by the same node. */
export type SigningClient = Client<Transport, Chain | undefined, Account>

/** What every action takes beside what is its own. */
export interface OnDeployment {
  /** Where the contracts are: parse the deployment's file, or take one of `deployments`. */
  readonly deployment: Deployment
}

/** Refuses a client of another chain, on which the same addresses would mean something else. */
export async function checkChain(client: ReadingClient, { chainId, name }: Deployment): Promise<void> {
  const found = await getChainId(client)
  if (found === chainId) return
  throw new StopError(
    `The client is on chain ${found}, and the deployment "${name}" on chain ${chainId}`,
    {},
    'Switch the wallet to the deployment’s chain, or give the deployment of this one.',
  )
}
