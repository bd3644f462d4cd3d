import type { Address } from 'viem'
import { callTo } from '../contractCall.ts'
import { contractsOf } from '../contracts.ts'
import { type Claimed, claimedIn } from './claim.ts'
import type { SigningClient } from './client.ts'
import { type Sending, send } from './send.ts'

export interface ClaimToArgs extends Sending {
  readonly to: Address
}

/**
 * Pays out the earnings of the client's own account to another address.
 *
 * @example
 * const { amountGwei } = await claimTo(client, { deployment, to: coldWallet })
 */
export async function claimTo(client: SigningClient, { to, ...sending }: ClaimToArgs): Promise<Claimed> {
  const { earnings } = contractsOf(sending.deployment)
  return claimedIn(await send(client, sending, callTo(earnings, 'claimTo', [to])), earnings)
}
