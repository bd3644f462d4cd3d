import { signTypedData } from 'viem/actions'
import { type ChannelKey, channelId } from '../channel.ts'
import { voucherTypedData } from '../typedData.ts'
import type { Voucher } from '../voucher.ts'
import type { OnDeployment, SigningClient } from './client.ts'

export interface SignVoucherArgs extends OnDeployment {
  readonly channel: ChannelKey
  /** All that may ever be charged, in wei of OPEN: it never falls, and `amountCovering` says what fee units need. */
  readonly maxClaimableAmount: bigint
}

/**
 * Signs a voucher with the channel's signer. Nothing is sent: hand it to the operator.
 *
 * @example
 * const voucher = await signVoucher(signer, { deployment, channel, maxClaimableAmount: amountCovering(250n, feeUnitGwei) })
 */
export async function signVoucher(
  client: SigningClient,
  { deployment, channel, maxClaimableAmount }: SignVoucherArgs,
): Promise<Voucher> {
  const place = { chainId: deployment.chainId, address: deployment.contracts.channels }
  const message = { channelId: channelId(channel), maxClaimableAmount }
  const signature = await signTypedData(client, { account: client.account, ...voucherTypedData(place, message) })
  return { ...message, signature }
}
