import type { Hex } from 'viem'
import type { EventOrigin } from './eventOrigin.ts'

/** Claims, and draws from joint units. Earnings follow from settlements and rulings. */

export interface RewardClaimed extends EventOrigin {
  /** Its position among the claims of one event. */
  readonly position: bigint
  readonly account: number
  readonly recipient: Hex
  readonly amountGwei: bigint
}

/** A member's part of a joint unit was moved to its contributor's earnings. */
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
