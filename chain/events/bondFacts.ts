import type { Hex } from 'viem'
import type { EventOrigin } from './eventOrigin.ts'

/** What happens to bonds. `bond` is an account, or 2^32 + a model. */

export interface BondDeposited extends EventOrigin {
  readonly bond: bigint
  readonly depositor: Hex
  readonly amountGwei: bigint
  readonly balanceGwei: bigint
}

export interface BondWithdrawalRequested extends EventOrigin {
  readonly bond: bigint
  readonly leavingGwei: bigint
  /** By the contracts' clock. */
  readonly leavesAt: bigint
}

export interface BondWithdrawn extends EventOrigin {
  readonly bond: bigint
  readonly recipient: Hex
  readonly amountGwei: bigint
  readonly balanceGwei: bigint
}

/** A court holds a part of a bond until something is decided. */
export interface BondHeld extends EventOrigin {
  readonly bond: bigint
  readonly amountGwei: bigint
  readonly heldGwei: bigint
  readonly leavingGwei: bigint
}

export interface BondReleased extends EventOrigin {
  readonly bond: bigint
  readonly amountGwei: bigint
  readonly heldGwei: bigint
}

/** The beneficiary earns the bounty, a book gets its part, and the rest waits to be burnt. */
export interface BondSlashed extends EventOrigin {
  readonly bond: bigint
  readonly beneficiary: number
  readonly amountGwei: bigint
  readonly bountyGwei: bigint
  readonly givenGwei: bigint
  readonly balanceGwei: bigint
  readonly heldGwei: bigint
  readonly leavingGwei: bigint
}

export interface SlashedBurnt extends EventOrigin {
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
