import type { Hex } from 'viem'
import type { Place } from './place.ts'

/** What happens to bonds, and to the records and models that they answer for. `bond` is an account, or 2^32 + a model. */

export interface BondDeposited extends Place {
  readonly bond: bigint
  readonly depositor: Hex
  readonly amountGwei: bigint
  readonly balanceGwei: bigint
}

export interface BondWithdrawalRequested extends Place {
  readonly bond: bigint
  readonly leavingGwei: bigint
  readonly leavesAt: bigint
}

export interface BondWithdrawn extends Place {
  readonly bond: bigint
  readonly recipient: Hex
  readonly amountGwei: bigint
  readonly balanceGwei: bigint
}

export interface BondFrozen extends Place {
  readonly bond: bigint
  readonly frozenUntil: bigint
}

/** A part of a bond went over to the Court, which may release it or pay it out. */
export interface BondStaked extends Place {
  readonly bond: bigint
  readonly amountGwei: bigint
  readonly balanceGwei: bigint
  readonly stakedGwei: bigint
}

export interface BondReleased extends Place {
  readonly bond: bigint
  readonly amountGwei: bigint
  readonly balanceGwei: bigint
  readonly stakedGwei: bigint
}

export interface StakePaid extends Place {
  readonly bond: bigint
  readonly beneficiary: bigint
  readonly amountGwei: bigint
  readonly stakedGwei: bigint
}

/** The beneficiary earns the bounty at once; the rest is nobody's and waits to be burnt. */
export interface BondSlashed extends Place {
  readonly bond: bigint
  readonly beneficiary: bigint
  readonly amountGwei: bigint
  readonly bountyGwei: bigint
  readonly balanceGwei: bigint
}

export interface SlashedBurnt extends Place {
  readonly amountGwei: bigint
}

/** A record's credits were taken back and its fee went back to the payer's tab. */
export interface RecordVoided extends Place {
  readonly batch: bigint
  readonly position: bigint
  readonly payer: bigint
  readonly feeGwei: bigint
}

export interface ModelStopped extends Place {
  readonly model: bigint
}

export interface BondRuleSet extends Place {
  readonly minimumGwei: bigint
  readonly ratioBps: bigint
  readonly bountyBps: bigint
}

export interface CourtAppointed extends Place {
  readonly court: Hex
}

export interface BondFacts {
  bondDeposited: BondDeposited
  bondWithdrawalRequested: BondWithdrawalRequested
  bondWithdrawn: BondWithdrawn
  bondFrozen: BondFrozen
  bondStaked: BondStaked
  bondReleased: BondReleased
  stakePaid: StakePaid
  bondSlashed: BondSlashed
  slashedBurnt: SlashedBurnt
  recordVoided: RecordVoided
  modelStopped: ModelStopped
  bondRuleSet: BondRuleSet
  courtAppointed: CourtAppointed
}
