import type { Hex } from 'viem'
import type { EventOrigin } from './eventOrigin.ts'

/** What was claimed, and what members drew of joint units. Who earned how much follows from settlements and rulings. */

export interface RewardClaimed extends EventOrigin {
  /** Its place among the claims of one event. */
  readonly position: bigint
  readonly account: number
  readonly recipient: Hex
  readonly amountGwei: bigint
}

/** A member's part of a joint unit went over to its contributor's earnings. */
export interface JointDrawn extends EventOrigin {
  readonly model: number
  readonly unit: number
  readonly account: number
  readonly member: number
  readonly amountGwei: bigint
}

export interface SignatureCancelled extends EventOrigin {
  readonly signer: Hex
  readonly nonce: bigint
}

export interface EarningsFacts {
  rewardClaimed: RewardClaimed
  jointDrawn: JointDrawn
  signatureCancelled: SignatureCancelled
}
