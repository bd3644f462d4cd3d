import type { Hex } from 'viem'
import { readContract, signTypedData } from 'viem/actions'
import { rootOf } from '../../attribution/merkle.ts'
import { contractsOf } from '../contracts.ts'
import { itemsTree } from '../contribution.ts'
import { type ContributionToSign, contributionTypedData } from '../typedData.ts'
import type { OnDeployment, SigningClient } from './client.ts'
import type { ContributeArgs } from './contribute.ts'

export interface SignContributionArgs
  extends OnDeployment,
    Pick<ContributeArgs, 'dataset' | 'termsHash' | 'itemHashes'> {
  /** The account that contributes: the client signs as its payout address. */
  readonly contributor: number
  /** The last second of Unix time at which it may be sent. */
  readonly deadline: bigint
}

/** A contribution that anybody may send, and pay the gas for. */
export interface SignedContribution extends ContributionToSign {
  readonly signature: Hex
}

/**
 * Signs a contribution for somebody else to send by `contributeBySig`.
 *
 * @example
 * const signed = await signContribution(client, { deployment, contributor: 7, dataset: 1, termsHash, itemHashes, deadline })
 */
export async function signContribution(
  client: SigningClient,
  { deployment, contributor, dataset, termsHash, itemHashes, deadline }: SignContributionArgs,
): Promise<SignedContribution> {
  const { datasets } = contractsOf(deployment)
  const { account } = client
  const nonce = await readContract(client, { ...datasets, functionName: 'nonces', args: [account.address] })
  const itemsRoot = rootOf(itemsTree(itemHashes))
  const message = { contributor, dataset, termsHash, itemsRoot, itemCount: itemHashes.length, nonce, deadline }
  const place = { chainId: deployment.chainId, address: datasets.address }
  return { ...message, signature: await signTypedData(client, { account, ...contributionTypedData(place, message) }) }
}
