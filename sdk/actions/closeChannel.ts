import type { Address, TransactionReceipt } from 'viem'
import { readContract } from 'viem/actions'
import type { ChannelKey } from '../channel.ts'
import { callTo, eventIn } from '../contractCall.ts'
import { contractsOf } from '../contracts.ts'
import type { SigningClient } from './client.ts'
import { type Sending, send } from './send.ts'

export interface CloseChannelArgs extends Sending {
  readonly channel: ChannelKey
}

/** How far closing is. `leavesAt` is a time of the deployment's Clock. */
export type Closing =
  | { readonly stage: 'requested'; readonly leavesAt: number; readonly receipt: TransactionReceipt }
  | { readonly stage: 'waiting'; readonly leavesAt: number }
  | {
      readonly stage: 'withdrawn'
      readonly amountGwei: bigint
      readonly to: Address
      readonly receipt: TransactionReceipt
    }

const ALL_GWEI = 2n ** 64n - 1n
/** How long what was asked back can be taken. */
const TAKEN_WITHIN_SECONDS = 7 * 86_400

/**
 * Takes back what a channel has left: asks for all of it, and once the notice is over pays it out. Call it twice.
 *
 * @example
 * const closing = await closeChannel(client, { deployment, channel })
 * if (closing.stage !== 'withdrawn') console.log(`Again from ${closing.leavesAt}`)
 */
export async function closeChannel(client: SigningClient, { channel, ...sending }: CloseChannelArgs): Promise<Closing> {
  const { channels, clock } = contractsOf(sending.deployment)
  const [{ leavingGwei, leavesAt }, time] = await Promise.all([
    readContract(client, { ...channels, functionName: 'channelOf', args: [channel] }),
    readContract(client, { ...clock, functionName: 'time' }),
  ])
  const isAsked = leavingGwei > 0n && time < leavesAt + TAKEN_WITHIN_SECONDS
  if (isAsked && time < leavesAt) return { stage: 'waiting', leavesAt }
  if (isAsked) {
    const receipt = await send(client, sending, callTo(channels, 'withdrawChannel', [channel]))
    const { amountGwei, to } = eventIn(receipt, channels, 'ChannelWithdrawn')
    return { stage: 'withdrawn', amountGwei, to, receipt }
  }
  const receipt = await send(client, sending, callTo(channels, 'requestChannelWithdrawal', [channel, ALL_GWEI]))
  return { stage: 'requested', leavesAt: eventIn(receipt, channels, 'WithdrawalRequested').leavesAt, receipt }
}
