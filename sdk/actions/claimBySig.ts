import { callTo } from '../contractCall.ts'
import { contractsOf } from '../contracts.ts'
import { type Claimed, claimedIn } from './claim.ts'
import type { SigningClient } from './client.ts'
import { type Sending, send } from './send.ts'
import type { SignedClaim } from './signClaim.ts'

export interface ClaimBySigArgs extends Sending {
  readonly signed: SignedClaim
}

/**
 * Sends a claim that the account's payout address signed.
 *
 * @example
 * const { amountGwei } = await claimBySig(relayer, { deployment, signed })
 */
export async function claimBySig(client: SigningClient, { signed, ...sending }: ClaimBySigArgs): Promise<Claimed> {
  const { earnings } = contractsOf(sending.deployment)
  const { account, to, minGwei, deadline, signature } = signed
  const call = callTo(earnings, 'claimBySig', [account, to, minGwei, deadline, signature])
  return claimedIn(await send(client, sending, call), earnings)
}
