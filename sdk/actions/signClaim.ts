import type { Address, Hex } from 'viem'
import { readContract, signTypedData } from 'viem/actions'
import { contractsOf } from '../contracts.ts'
import { type ClaimToSign, claimTypedData } from '../typedData.ts'
import type { OnDeployment, SigningClient } from './client.ts'

export interface SignClaimArgs extends OnDeployment {
  /** Whose earnings: the client signs as its payout address. */
  readonly account: number
  readonly to: Address
  /** The least that the claim may bring; whatever can be claimed then is paid. */
  readonly minGwei: bigint
  /** The last second of Unix time at which it may be sent. */
  readonly deadline: bigint
}

/** A claim that anybody may send, and pay the gas for. */
export interface SignedClaim extends ClaimToSign {
  readonly signature: Hex
}

/**
 * Signs a claim for somebody else to send by `claimBySig`.
 *
 * @example
 * const signed = await signClaim(client, { deployment, account: 7, to, minGwei: claimableGwei, deadline })
 */
export async function signClaim(client: SigningClient, { deployment, ...claim }: SignClaimArgs): Promise<SignedClaim> {
  const { earnings } = contractsOf(deployment)
  const { account } = client
  const nonce = await readContract(client, { ...earnings, functionName: 'nonces', args: [account.address] })
  const message = { ...claim, nonce }
  const place = { chainId: deployment.chainId, address: earnings.address }
  return { ...message, signature: await signTypedData(client, { account, ...claimTypedData(place, message) }) }
}
