import type { TransactionReceipt } from 'viem'
import type { ChannelKey } from '../channel.ts'
import { callTo, eventIn } from '../contractCall.ts'
import { contractsOf } from '../contracts.ts'
import { allowDeposit } from './allow.ts'
import type { SigningClient } from './client.ts'
import { type Sending, send } from './send.ts'

export interface DepositArgs extends Sending {
  readonly channel: ChannelKey
  readonly amountGwei: bigint
}

/**
 * Adds to a channel's deposit. Approves it first where that is needed, which is a transaction of its own.
 *
 * @example
 * const { depositGwei } = await deposit(client, { deployment, channel, amountGwei: parseOpen('5') })
 */
export async function deposit(
  client: SigningClient,
  { channel, amountGwei, ...sending }: DepositArgs,
): Promise<{ readonly depositGwei: bigint; readonly receipt: TransactionReceipt }> {
  const { channels } = contractsOf(sending.deployment)
  await allowDeposit(client, sending, amountGwei)
  const receipt = await send(client, sending, callTo(channels, 'fundChannel', [channel, amountGwei]))
  return { depositGwei: eventIn(receipt, channels, 'ChannelFunded').depositGwei, receipt }
}
