import type { Hex } from 'viem'
import type { Place } from './place.ts'

/** What is paid for inferences, how it is divided, and who claims it. */

export type Role = 'Contributor' | 'Pool' | 'Operator' | 'Royalty' | 'Owner' | 'Treasury'

export interface TabFunded extends Place {
  readonly payer: bigint
  readonly operator: bigint
  readonly amountGwei: bigint
  readonly balanceGwei: bigint
  readonly maxFeeGwei: bigint
}

export interface TabWithdrawalRequested extends Place {
  readonly payer: bigint
  readonly operator: bigint
  readonly leavingGwei: bigint
  readonly leavesAt: bigint
}

export interface TabWithdrawn extends Place {
  readonly payer: bigint
  readonly operator: bigint
  readonly recipient: Hex
  readonly amountGwei: bigint
  readonly balanceGwei: bigint
}

export interface BatchRecorded extends Place {
  readonly batch: bigint
  readonly model: bigint
  readonly operator: bigint
  readonly epoch: bigint
  readonly count: bigint
  /** The treasury's share of its fees. */
  readonly treasuryBps: bigint
  readonly feesGwei: bigint
  readonly root: Hex
}

/** One record of a batch, with what became of its fee: the five parts sum to it. */
export interface Inference {
  readonly block: bigint
  readonly batch: bigint
  readonly position: bigint
  readonly model: bigint
  readonly operator: bigint
  readonly payer: bigint
  readonly commitment: Hex
  readonly recordHash: Hex
  readonly sketch: Hex
  readonly feeGwei: bigint
  readonly contributorsGwei: bigint
  readonly operatorGwei: bigint
  readonly royaltiesGwei: bigint
  readonly ownerGwei: bigint
  readonly treasuryGwei: bigint
}

/** One training row credited for one inference. */
export interface Attribution {
  readonly block: bigint
  readonly batch: bigint
  readonly position: bigint
  readonly rank: bigint
  readonly model: bigint
  readonly row: bigint
  readonly account: bigint
  readonly weight: bigint
  readonly amountGwei: bigint
}

/** What one batch credits to one account in one role. */
export interface Credit {
  readonly block: bigint
  readonly batch: bigint
  readonly account: bigint
  readonly role: Role
  readonly model: bigint
  readonly epoch: bigint
  readonly amountGwei: bigint
}

export interface RewardClaimed extends Place {
  readonly account: bigint
  readonly recipient: Hex
  readonly amountGwei: bigint
}

export interface TreasuryShareSet extends Place {
  readonly previousBps: bigint
  readonly treasuryBps: bigint
}

/** Recording was paused or resumed. */
export interface RecordingSwitched extends Place {
  readonly paused: boolean
  readonly switchedBy: Hex
}

/** Who may change a contract's parameters. */
export interface AuthorityUpdated extends Place {
  readonly contract: 'ledger' | 'court'
  readonly authority: Hex
}

export interface LedgerFacts {
  tabFunded: TabFunded
  tabWithdrawalRequested: TabWithdrawalRequested
  tabWithdrawn: TabWithdrawn
  batchRecorded: BatchRecorded
  inference: Inference
  attribution: Attribution
  credit: Credit
  rewardClaimed: RewardClaimed
  treasuryShareSet: TreasuryShareSet
  recordingSwitched: RecordingSwitched
  authorityUpdated: AuthorityUpdated
}
