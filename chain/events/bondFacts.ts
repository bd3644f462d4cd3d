import type { Hex } from 'viem'
import type { Place } from './eventOrigin.ts'

/** What happens to bonds. `bond` is an account, or 2^32 + a model. */

export interface BondDeposited extends Place {
  readonly bond: bigint
  readonly depositor: Hex
  readonly amountGwei: bigint
  readonly balanceGwei: bigint
}

export interface BondWithdrawalRequested extends Place {
  readonly bond: bigint
  readonly leavingGwei: bigint
  /** By the contracts' clock. */
  readonly leavesAt: bigint
}

export interface BondWithdrawn extends Place {
  readonly bond: bigint
  readonly recipient: Hex
  readonly amountGwei: bigint
  readonly balanceGwei: bigint
}

/** A court holds a part of a bond until something is decided. */
export interface BondHeld extends Place {
  readonly bond: bigint
  readonly amountGwei: bigint
  readonly heldGwei: bigint
  readonly leavingGwei: bigint
}

export interface BondReleased extends Place {
  readonly bond: bigint
  readonly amountGwei: bigint
  readonly heldGwei: bigint
}

/** The beneficiary earns the bounty, a book is given its part, and the rest is nobody's and waits to be burnt. */
export interface BondSlashed extends Place {
  readonly bond: bigint
  readonly beneficiary: bigint
  readonly amountGwei: bigint
  readonly bountyGwei: bigint
  readonly givenGwei: bigint
  readonly balanceGwei: bigint
  readonly heldGwei: bigint
  readonly leavingGwei: bigint
}

export interface SlashedBurnt extends Place {
  readonly amountGwei: bigint
}

export interface BondFacts {
  bondDeposited: BondDeposited
  bondWithdrawalRequested: BondWithdrawalRequested
  bondWithdrawn: BondWithdrawn
  bondHeld: BondHeld
  bondReleased: BondReleased
  bondSlashed: BondSlashed
  slashedBurnt: SlashedBurnt
}
