// Whether a call can be charged before it is served: pure, from what the chain says of its channel, the largest voucher that is kept, and what
// was served on the channel and is not recorded yet.
//
//   limit       what the deposit holds, less what the payer asked back and could take before the call must be recorded
//   chargeable  min(limit, max(covered on chain, voucher))            in fee units
//   a call      charged + owed + fee ≤ chargeable
//
// contracts/Channels.sol, promise C3: what is chargeable now stays so until a withdrawal falls due, whatever the payer does.

import { type Address, isAddressEqual, zeroAddress } from 'viem'

/** A channel as the chain has it, in fee units; amounts of withdrawals in gwei. */
export interface ChannelState {
  readonly signer: Address
  readonly limitUnits: number
  readonly coveredUnits: number
  readonly chargedUnits: number
  readonly depositGwei: bigint
  readonly withdrawnGwei: bigint
  readonly leavingGwei: bigint
  readonly leavesAt: number
  readonly nextSigner: Address
  readonly nextSignerAt: number
}

/** A voucher in fee units, whose signature was checked to be the channel's. */
export interface CoveringVoucher {
  readonly units: bigint
}

export type Charge =
  | { readonly kind: 'covered' }
  /** The payer never opened it. */
  | { readonly kind: 'no channel' }
  /** A voucher for `units` in all is missing. */
  | { readonly kind: 'voucher wanted'; readonly units: bigint }
  /** The one given was published by a batch: one for `units` in all is missing, which only its signer can make. */
  | { readonly kind: 'voucher public'; readonly units: bigint }
  /** The deposit is too small by so much, counting what may be withdrawn before the call is recorded. */
  | { readonly kind: 'deposit wanted'; readonly units: bigint }

export interface ChannelUse {
  readonly state: ChannelState
  readonly voucher: CoveringVoucher | undefined
  /** Units of calls that were served and are not recorded. */
  readonly owedUnits: number
}

/**
 * Whether a call can be served.
 * @param recordBy When it will be recorded at the latest, by the contracts' clock.
 */
export function chargeFor(
  { state, voucher, owedUnits }: ChannelUse,
  feeUnits: number,
  recordBy: number,
  feeUnitGwei: bigint,
): Charge {
  if (state.depositGwei === 0n && isAddressEqual(state.signer, zeroAddress)) return { kind: 'no channel' }
  const wanted = BigInt(state.chargedUnits + owedUnits + feeUnits)
  const limit = limitOf(state, recordBy, feeUnitGwei)
  if (wanted > limit) return { kind: 'deposit wanted', units: wanted - limit }
  if (wanted > coveredOf(state, voucher, recordBy)) return { kind: 'voucher wanted', units: wanted }
  return { kind: 'covered' }
}

/** What can be charged now, in all: for batches, in which nothing is promised any more. */
export function chargeableUnits(state: ChannelState, voucher: CoveringVoucher | undefined): bigint {
  const covered = coveredOf(state, voucher, 0)
  return covered < BigInt(state.limitUnits) ? covered : BigInt(state.limitUnits)
}

function limitOf(state: ChannelState, recordBy: number, feeUnitGwei: bigint): bigint {
  if (state.leavingGwei === 0n || state.leavesAt > recordBy) return BigInt(state.limitUnits)
  return (state.depositGwei - state.withdrawnGwei - state.leavingGwei) / feeUnitGwei
}

/** Vouchers of a signer that may be replaced before they are presented cover nothing. */
function coveredOf(state: ChannelState, voucher: CoveringVoucher | undefined, recordBy: number): bigint {
  const onChain = BigInt(state.coveredUnits)
  const isReplaced = !isAddressEqual(state.nextSigner, zeroAddress) && state.nextSignerAt <= recordBy
  if (voucher === undefined || isReplaced) return onChain
  return voucher.units > onChain ? voucher.units : onChain
}
