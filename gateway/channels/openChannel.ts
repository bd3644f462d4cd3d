import type { Address } from 'viem'
import type { Wallet } from '../../sdk/chain.ts'
import { type ChannelKey, channelId } from '../../sdk/channel.ts'
import { callTo } from '../../sdk/contractCall.ts'
import type { Connection } from '../../sdk/contracts.ts'
import { transact } from '../../sdk/node/transactions/transact.ts'
import { WEI_PER_GWEI } from '../../sdk/units.ts'

/** A payer's side of a channel: money put down for one operator and one model, and the key that signs for it. */

export interface ChannelPlan extends ChannelKey {
  /** Signs vouchers: a plain key of its own. */
  readonly signer: Address
  /** All that the payer wants to have put down. */
  readonly amountGwei: bigint
}

/** Opens the channel if there is none, and puts down what has not been put down yet. */
export async function ensureChannel(
  { reader, contracts }: Connection,
  payer: Wallet,
  { signer, amountGwei, ...key }: ChannelPlan,
): Promise<`0x${string}`> {
  const { channels, earnings, openToken } = contracts
  const state = await reader.readContract({ ...channels, functionName: 'channelOf', args: [key] })
  const missingGwei = amountGwei - state.depositGwei
  if (missingGwei > 0n) {
    await transact(reader, payer, callTo(openToken, 'approve', [earnings.address, missingGwei * WEI_PER_GWEI]))
  }
  const isOpen = BigInt(state.signer) !== 0n
  if (!isOpen) {
    const { operator, model, salt } = key
    const deposit = missingGwei > 0n ? missingGwei : 0n
    await transact(reader, payer, callTo(channels, 'openChannel', [operator, model, salt, signer, deposit]))
  } else if (missingGwei > 0n) await transact(reader, payer, callTo(channels, 'fundChannel', [key, missingGwei]))
  return channelId(key)
}
