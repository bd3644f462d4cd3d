import type { Hex } from 'viem'
import type { EventOrigin } from '../../chain/events/eventOrigin.ts'
import type { ChannelKey } from '../../sdk/channel.ts'

export interface Channel extends ChannelKey {
  readonly feeUnitGwei: bigint
  readonly signer: Hex
  readonly depositGwei: bigint
  readonly withdrawnGwei: bigint
  readonly leavingGwei: bigint
  readonly leavesAt: bigint
  readonly limitUnits: bigint
  readonly coveredUnits: bigint
  readonly chargedUnits: bigint
  readonly nextSigner: Hex
  readonly nextSignerAt: bigint
  readonly at: EventOrigin
}

/** A batch or anyone presented a voucher that raised what a channel covers. */
export interface Raise {
  readonly channel: Hex
  readonly key: ChannelKey
  /** Of vouchers, when it was presented. */
  readonly signer: Hex
  readonly coveredUnits: bigint
  readonly feeUnitGwei: bigint
  readonly at: EventOrigin
}

export interface ChannelsWorld {
  /** Those whose vouchers' signatures are to be checked yet. */
  readonly raises: Raise[]
  readonly channels: Map<Hex, Channel>
}
