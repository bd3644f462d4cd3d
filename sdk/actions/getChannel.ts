import type { Address, Hex } from 'viem'
import { readContract } from 'viem/actions'
import { type ChannelKey, channelId } from '../channel.ts'
import { contractsOf } from '../contracts.ts'
import type { OnDeployment, ReadingClient } from './client.ts'

export interface GetChannelArgs extends OnDeployment {
  readonly channel: ChannelKey
}

/** A channel as it stands. Totals since it was opened, which never fall. */
export interface ChannelState {
  readonly id: Hex
  /** Signs its vouchers. */
  readonly signer: Address
  readonly depositGwei: bigint
  readonly withdrawnGwei: bigint
  /** In the model's fee unit: what the deposit holds, what vouchers cover, what was charged. */
  readonly limitUnits: number
  readonly coveredUnits: number
  readonly chargedUnits: number
  /** What was asked back, and from when by the Clock it can be taken. */
  readonly leavingGwei: bigint
  readonly leavesAt: number
  readonly nextSigner: Address
  readonly nextSignerAt: number
}

/**
 * A channel's deposit, cover and charge.
 *
 * @example
 * const { coveredUnits, chargedUnits } = await getChannel(client, { deployment, channel })
 */
export async function getChannel(
  client: ReadingClient,
  { deployment, channel }: GetChannelArgs,
): Promise<ChannelState> {
  const { channels } = contractsOf(deployment)
  const state = await readContract(client, { ...channels, functionName: 'channelOf', args: [channel] })
  return { id: channelId(channel), ...state }
}
