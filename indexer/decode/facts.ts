import type { Hex } from 'viem'
import type { BondFacts } from './bondFacts.ts'
import type { CourtFacts } from './courtFacts.ts'
import type { EvaluationFacts } from './evaluationFacts.ts'
import type { Place } from './place.ts'
import type { PoolFacts } from './poolFacts.ts'
import type { TransferFacts } from './transferFacts.ts'

/**
 * What happened, as rows: one interface a table, named after the event it comes from. Every integer of the chain is a bigint
 * on this side, every hash and address a hexadecimal string, so that a row reads the same before and after the database.
 */

export type Role = 'Contributor' | 'Pool' | 'Operator' | 'Royalty' | 'Owner' | 'Treasury'
export type Method = 'Full' | 'LoRA' | 'QLoRA'
/** How the contributors' share of a fee is divided among them. */
export type Rule = 'Attribution' | 'EqualSplit'
export type SketchSource = 'Gradient' | 'Representation'

export interface AccountOpened extends Place {
  readonly account: bigint
  readonly payout: Hex
}

export interface PayoutProposed extends Place {
  readonly account: bigint
  readonly payout: Hex
  readonly proposed: Hex
}

export interface PayoutRotated extends Place {
  readonly account: bigint
  readonly previous: Hex
  readonly payout: Hex
}

export interface DatasetRegistered extends Place {
  readonly dataset: bigint
  readonly curator: Hex
  readonly licence: string
  readonly termsHash: Hex
  readonly metadataHash: Hex
  readonly metadataUri: string
}

export interface CuratorProposed extends Place {
  readonly dataset: bigint
  readonly curator: Hex
  readonly proposed: Hex
}

export interface CuratorChanged extends Place {
  readonly dataset: bigint
  readonly previous: Hex
  readonly curator: Hex
}

export interface ContributionSubmitted extends Place {
  readonly contribution: Hex
  readonly dataset: bigint
  readonly contributor: bigint
  readonly itemsRoot: Hex
  readonly itemCount: bigint
}

export interface ContributionAccepted extends Place {
  readonly contribution: Hex
  readonly dataset: bigint
  /** Journal count of Datasets just after. */
  readonly acceptedAt: bigint
}

export interface ContributionRejected extends Place {
  readonly contribution: Hex
  readonly dataset: bigint
}

export interface ConsentWithdrawn extends Place {
  readonly contribution: Hex
  readonly dataset: bigint
  readonly contributor: bigint
  /** Journal count of Datasets just after. */
  readonly withdrawnAt: bigint
}

export interface VersionFrozen extends Place {
  readonly version: bigint
  readonly dataset: bigint
  /** Journal count of Datasets just after. */
  readonly frozenAt: bigint
  readonly contributionCount: bigint
}

export interface BaseModelRegistered extends Place {
  readonly model: bigint
  readonly owner: bigint
  readonly name: string
  readonly licence: string
  readonly weightsHash: Hex
  readonly weightsUri: string
  readonly royaltyBps: bigint
}

export interface FineTuneRegistered extends Place {
  readonly model: bigint
  readonly owner: bigint
  readonly parent: bigint
  readonly adapterHash: Hex
  readonly manifestHash: Hex
  readonly manifestUri: string
  readonly method: Method
  readonly quantisationScheme: string
  readonly quantisationBits: bigint
  readonly doubleQuant: boolean
  readonly influenceRoot: Hex
  readonly indexHash: Hex
  readonly indexUri: string
  readonly rowCount: bigint
  readonly dims: bigint
  readonly topK: bigint
  readonly sketchSource: SketchSource
  readonly contributorBps: bigint
  readonly operatorBps: bigint
  readonly royaltyBps: bigint
  readonly rule: Rule
  /** The account that earns the contributors' share, where they share equally. */
  readonly pool: bigint | null
}

/** A dataset version that a fine-tune was trained on. */
export interface TrainedOn {
  readonly block: bigint
  readonly model: bigint
  readonly version: bigint
}

/** A royalty that every fee of a fine-tune owes up its lineage, in the order in which the Ledger pays. */
export interface RoyaltyOwed {
  readonly block: bigint
  readonly model: bigint
  readonly position: bigint
  readonly account: bigint
  readonly bps: bigint
}

export interface OperatorSet extends Place {
  readonly model: bigint
  readonly operator: bigint
  readonly allowed: boolean
}

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

export interface Facts extends BondFacts, CourtFacts, EvaluationFacts, PoolFacts, TransferFacts {
  accountOpened: AccountOpened
  payoutProposed: PayoutProposed
  payoutRotated: PayoutRotated
  datasetRegistered: DatasetRegistered
  curatorProposed: CuratorProposed
  curatorChanged: CuratorChanged
  contributionSubmitted: ContributionSubmitted
  contributionAccepted: ContributionAccepted
  contributionRejected: ContributionRejected
  consentWithdrawn: ConsentWithdrawn
  versionFrozen: VersionFrozen
  baseModelRegistered: BaseModelRegistered
  fineTuneRegistered: FineTuneRegistered
  trainedOn: TrainedOn
  royaltyOwed: RoyaltyOwed
  operatorSet: OperatorSet
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

export type FactTable = keyof Facts

export type Fact = { [T in FactTable]: { readonly table: T; readonly row: Facts[T] } }[FactTable]
