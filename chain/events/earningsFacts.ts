import type { Hex } from 'viem'
import type { Place } from './eventOrigin.ts'

/** What was claimed, and what members drew of joint units. Who earned how much follows from settlements and rulings. */

export interface RewardClaimed extends Place {
  /** Its place among the claims of one event. */
  readonly position: bigint
  readonly account: bigint
  readonly recipient: Hex
  readonly amountGwei: bigint
}

/** A member's part of a joint unit went over to its contributor's earnings. */
export interface JointDrawn extends Place {
  readonly model: bigint
  readonly unit: bigint
  readonly account: bigint
  readonly member: bigint
  readonly amountGwei: bigint
}

export interface SignatureCancelled extends Place {
  readonly signer: Hex
  readonly nonce: bigint
}

export interface EarningsFacts {
  rewardClaimed: RewardClaimed
  jointDrawn: JointDrawn
  signatureCancelled: SignatureCancelled
}
