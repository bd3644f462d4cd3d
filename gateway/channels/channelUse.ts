import { type Address, isAddressEqual } from 'viem'
import { type ChannelKey, channelId, type NamedChannel } from '../../sdk/channel.ts'
import type { Connection } from '../../sdk/contracts.ts'
import { coveredUnitsOf, signerOfVoucher, type Voucher } from '../../sdk/voucher.ts'
import type { KeptChannel, KeptVoucher } from '../store/calls.ts'
import type { ChannelState, ChannelUse } from './channelLimits.ts'

/** A channel as its operator finds it: the chain's side, and what is kept beside it. */
export interface UsedChannel extends ChannelUse, NamedChannel {
  /** The largest voucher that the channel's present signer signed. */
  readonly best: KeptVoucher | undefined
}

export function channelUseOf(
  key: ChannelKey,
  state: ChannelState,
  kept: KeptChannel,
  feeUnitGwei: bigint,
): UsedChannel {
  const { voucher, servedUnits } = kept
  const best = voucher !== undefined && isAddressEqual(voucher.signer, state.signer) ? voucher : undefined
  return {
    payer: key.payer,
    salt: key.salt,
    state,
    best,
    voucher: best && { units: coveredUnitsOf(best.maxClaimableAmount, feeUnitGwei) },
    owedUnits: Math.max(0, servedUnits - state.chargedUnits),
  }
}

/** The voucher with its signer, if that is the channel's; undefined if it is anybody else. */
export async function checkVoucher(
  { reader, contracts }: Connection,
  key: ChannelKey,
  { signer }: ChannelState,
  { maxClaimableAmount, signature }: Omit<Voucher, 'channelId'>,
): Promise<KeptVoucher | undefined> {
  const id = channelId(key)
  const place = { chainId: reader.chain.id, address: contracts.channels.address }
  const name = `${place.chainId} ${place.address} ${id} ${maxClaimableAmount} ${signature}`
  const found = signers.get(name) ?? (await signerOfVoucher(place, { channelId: id, maxClaimableAmount, signature }))
  if (found === undefined || !isAddressEqual(found, signer)) return undefined
  if (signers.size >= MOST_KEPT) signers.clear()
  signers.set(name, found)
  return { maxClaimableAmount, signature, signer: found }
}

/** Recovering a signer takes longer than all else that a call costs here, and a voucher may pay several calls. */
const signers = new Map<string, Address>()
const MOST_KEPT = 10_000

export async function channelState({ reader, contracts }: Connection, key: ChannelKey): Promise<ChannelState> {
  return await reader.readContract({ ...contracts.channels, functionName: 'channelOf', args: [key] })
}

/** How a channel of one operator and model is called. */
export function channelName({ payer, salt }: NamedChannel): string {
  return `${payer}/${salt}`
}

/** So old may be what is known of a channel: whatever a payer changes takes effect only after a notice of an hour at least. */
const FRESH_MS = 5_000

export interface ChannelStates {
  of(key: ChannelKey): Promise<ChannelState>
  /** Its payer has just paid. */
  forget(key: ChannelKey): void
}

/** Channels as the chain has them, asked for once in a while. */
export function channelStates(connection: Connection, now: () => number): ChannelStates {
  const known = new Map<string, { readonly at: number; readonly state: Promise<ChannelState> }>()
  const nameOf = ({ operator, model, ...named }: ChannelKey) => `${operator}/${model}/${channelName(named)}`
  return {
    of: async (key) => {
      const name = nameOf(key)
      const found = known.get(name)
      if (found !== undefined && now() - found.at < FRESH_MS) return await found.state
      const state = channelState(connection, key)
      known.delete(name)
      known.set(name, { at: now(), state })
      if (known.size > MOST_KEPT) known.delete(known.keys().next().value as string)
      state.catch(() => known.delete(name))
      return await state
    },
    forget: (key) => void known.delete(nameOf(key)),
  }
}
