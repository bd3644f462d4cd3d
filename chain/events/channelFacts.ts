import type { Hex } from 'viem'
import type { EventOrigin } from './eventOrigin.ts'

/** Deposits, vouchers and withdrawals of payers. Charges are with the batches. */

export interface ChannelOpened extends EventOrigin {
  readonly channel: Hex
  /** 0 of OPEN that reached a deposit address without a payer. */
  readonly payer: number
  readonly operator: number
  readonly model: number
  /** 0 of a walk-in channel. */
  readonly salt: bigint
  readonly signer: Hex
}

export interface ChannelFunded extends EventOrigin {
  readonly channel: Hex
  readonly funder: Hex
  readonly amountGwei: bigint
  readonly depositGwei: bigint
}

export interface VoucherPresented extends EventOrigin {
  readonly channel: Hex
  /** In wei of OPEN. */
  readonly maxClaimableAmount: bigint
  readonly coveredUnits: bigint
}

/** A walk-in caller's payment, or OPEN that was swept in: it is covered in full. */
export interface WalkInCovered extends EventOrigin {
  readonly channel: Hex
  readonly amountGwei: bigint
  readonly coveredUnits: bigint
}

export interface SignerProposed extends EventOrigin {
  readonly channel: Hex
  /** Zero cancels an earlier proposal. */
  readonly signer: Hex
  /** From when it can be accepted, by the contracts' clock. */
  readonly acceptableFrom: bigint
}

export interface SignerChanged extends EventOrigin {
  readonly channel: Hex
  readonly previous: Hex
  readonly signer: Hex
}

export interface ChannelWithdrawalRequested extends EventOrigin {
  readonly channel: Hex
  readonly leavingGwei: bigint
  /** By the contracts' clock. */
  readonly leavesAt: bigint
}

export interface ChannelWithdrawn extends EventOrigin {
  readonly channel: Hex
  readonly recipient: Hex
  readonly amountGwei: bigint
  readonly withdrawnGwei: bigint
  readonly coveredUnits: bigint
}

export interface ChannelFacts {
  channelOpened: ChannelOpened
  channelFunded: ChannelFunded
  voucherPresented: VoucherPresented
  walkInCovered: WalkInCovered
  signerProposed: SignerProposed
  signerChanged: SignerChanged
  channelWithdrawalRequested: ChannelWithdrawalRequested
  channelWithdrawn: ChannelWithdrawn
}
