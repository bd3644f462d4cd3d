import type { Address, Hex, TransactionReceipt } from 'viem'
import type { ChannelKey } from '../channel.ts'
import { callTo, eventIn } from '../contractCall.ts'
import { contractsOf } from '../contracts.ts'
import { allowDeposit } from './allow.ts'
import type { SigningClient } from './client.ts'
import { type Sending, send } from './send.ts'

export interface OpenChannelArgs extends Sending {
  /** The account that may charge, and the model whose calls may be charged. */
  readonly operator: number
  readonly model: number
  /** Anything but 0 that the payer has not used yet for this operator and model. */
  readonly salt: number
  /** Signs the vouchers: a plain key of its own, also where the payer is a contract wallet. */
  readonly signer: Address
  readonly amountGwei: bigint
}

/**
 * Opens a channel: a deposit that one operator charges for calls of one model, as far as vouchers allow. Approves the
 * deposit first where that is needed, which is a transaction of its own.
 *
 * @example
 * const { channel } = await openChannel(client, {
 *   deployment, operator: 3, model: 2, salt: 1, signer: voucherKey.address, amountGwei: parseOpen('10'),
 * })
 */
export async function openChannel(
  client: SigningClient,
  { operator, model, salt, signer, amountGwei, ...sending }: OpenChannelArgs,
): Promise<{ readonly id: Hex; readonly channel: ChannelKey; readonly receipt: TransactionReceipt }> {
  const { channels } = contractsOf(sending.deployment)
  await allowDeposit(client, sending, amountGwei)
  const call = callTo(channels, 'openChannel', [operator, model, salt, signer, amountGwei])
  const receipt = await send(client, sending, call)
  const { channel: id, payer } = eventIn(receipt, channels, 'ChannelOpened')
  return { id, channel: { payer, operator, model, salt }, receipt }
}
