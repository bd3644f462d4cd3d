import type { Address, TransactionReceipt } from 'viem'
import { callTo, eventIn } from '../contractCall.ts'
import { type Contracts, contractsOf } from '../contracts.ts'
import type { JointShare } from '../jointShares.ts'
import type { SigningClient } from './client.ts'
import { type Sending, send } from './send.ts'

/** A part of a joint unit's pay, by who draws it. */
export type DrawnShare = Pick<JointShare, 'model' | 'unit' | 'member'>

export interface ClaimArgs extends Sending {
  /** Whose earnings: they go to its payout address, no matter who sends the claim. */
  readonly account: number
  /** Shares of joint units to draw first, as `getEarnings` gives them. */
  readonly shares?: readonly DrawnShare[] | undefined
}

/** What a claim paid, and to whom. */
export interface Claimed {
  readonly amountGwei: bigint
  readonly to: Address
  readonly receipt: TransactionReceipt
}

/**
 * Pays out an account's earnings.
 *
 * @example
 * const { shares } = await getEarnings(client, { deployment, account: 7 })
 * const { amountGwei } = await claim(client, { deployment, account: 7, shares })
 */
export async function claim(client: SigningClient, { account, shares = [], ...sending }: ClaimArgs): Promise<Claimed> {
  const { earnings } = contractsOf(sending.deployment)
  const drawn = shares.map(({ model, unit, member }) => ({ model, unit, member }))
  const call = drawn.length === 0 ? callTo(earnings, 'claim', [account]) : callTo(earnings, 'claim', [account, drawn])
  return claimedIn(await send(client, sending, call), earnings)
}

/** What a transaction's `RewardClaimed` says. */
export function claimedIn(receipt: TransactionReceipt, earnings: Contracts['earnings']): Claimed {
  const { amountGwei, to } = eventIn(receipt, earnings, 'RewardClaimed')
  return { amountGwei, to, receipt }
}
