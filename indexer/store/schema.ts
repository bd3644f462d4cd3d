import type { Hex } from 'viem'
import type { Block } from '../../chain/block.ts'
import type { ContractName } from '../../chain/events/contracts.ts'
import type { Facts, FactTable } from '../../chain/events/facts.ts'
import type { JournalMove } from '../../chain/events/journals.ts'
import type { Identity } from '../../chain/node/identity.ts'
import type { Verdict } from '../../chain/verify/verification.ts'
import type { AccountTotal } from './accountTotal.ts'

/** The state of the sync, as far as answers depend on it. */
export type SyncState =
  | { readonly kind: 'catchingUp' }
  | { readonly kind: 'following' }
  /** A transient failure is retried; answers go stale meanwhile. */
  | { readonly kind: 'troubled'; readonly reason: string }
  /** Nothing more is indexed until an operator acts. */
  | { readonly kind: 'stopped'; readonly reason: string }

/** How the blocks from `first` to `last` were verified when they were stored. */
export interface StretchRow {
  readonly first: bigint
  readonly last: bigint
  readonly verdict: Verdict
  readonly journals: 'proof' | 'storage' | null
  readonly safe: bigint | null
  readonly finalised: bigint | null
  readonly node: string
  readonly storedAt: Date
}

/** Up to which block a contract's facts are stored. */
export interface FollowedRow {
  readonly contract: ContractName
  readonly last: bigint
}

/** A block that was served and then reorganised away. */
export interface RevertedBlock extends Block {
  readonly servedFrom: Date
  readonly revertedAt: Date
}

/** A fact of such a block, with its row as the indexer reads it. */
export interface RevertedFact {
  readonly block: bigint
  readonly blockHash: Hex
  readonly revertedAt: Date
  readonly table: string
  readonly position: bigint
  readonly row: unknown
}

/** An index that is still to be created. */
export interface DeferredIndex {
  readonly name: string
  readonly definition: string
}

/** The writer's last status, in a single row. */
export interface StatusRow {
  readonly id: bigint
  readonly state: SyncState['kind']
  readonly reason: string | null
  readonly nodeHead: bigint | null
  readonly safe: bigint | null
  readonly finalised: bigint | null
  readonly writtenAt: Date
}

/** A row as the database gives it: every integer is a bigint. */
export type Stored<Row> = {
  readonly [column in keyof Row]: number extends Row[column] ? Exclude<Row[column], number> | bigint : Row[column]
}

type StoredFacts = { [table in FactTable]: Stored<Facts[table]> }

/** Tables are named after facts, in snake_case in SQL. */
export interface Database extends StoredFacts {
  /**
   * Every block since the deployment's first, with or without facts. The newest one is the
   * indexer's cursor.
   */
  block: Block
  journalMove: JournalMove
  accountTotal: AccountTotal
  /** The chain and deployment of this history, in a single row. */
  identity: Identity
  stretch: StretchRow
  followed: FollowedRow
  revertedBlock: RevertedBlock
  revertedFact: RevertedFact
  status: StatusRow
  deferredIndex: DeferredIndex
}

// A record, so that a fact without an entry, which would survive a reorg, does not compile.
const undoable: Readonly<Record<FactTable, true>> = {
  authorityUpdated: true,
  appointed: true,
  paused: true,
  resumed: true,
  modelTermsSet: true,
  channelNoticeSet: true,
  ledgerTermsSet: true,
  bondRuleSet: true,
  courtTermsSet: true,
  unitCourtTermsSet: true,
  accountOpened: true,
  payoutProposed: true,
  payoutRotated: true,
  actingAs: true,
  datasetRegistered: true,
  curatorProposed: true,
  curatorChanged: true,
  contributionSubmitted: true,
  contributionAccepted: true,
  contributionRejected: true,
  consentWithdrawn: true,
  versionFrozen: true,
  baseModelRegistered: true,
  fineTuneEntered: true,
  royaltyOwed: true,
  modelActivated: true,
  operatorSet: true,
  unitStruck: true,
  fineTuneBegun: true,
  trainedOn: true,
  unitsRegistered: true,
  unitKept: true,
  unitSketch: true,
  unitMember: true,
  fineTuneRegistered: true,
  channelOpened: true,
  channelFunded: true,
  voucherPresented: true,
  walkInCovered: true,
  signerProposed: true,
  signerChanged: true,
  channelWithdrawalRequested: true,
  channelWithdrawn: true,
  bookOpened: true,
  bookClosing: true,
  batchRecorded: true,
  channelCharged: true,
  inference: true,
  recordVoided: true,
  feeReturned: true,
  givenToBook: true,
  bookReleased: true,
  batchesSummed: true,
  unitsWeighed: true,
  unitWeighed: true,
  unitsPaid: true,
  unitPaid: true,
  bookSettled: true,
  royaltyPaid: true,
  rewardClaimed: true,
  jointDrawn: true,
  signatureCancelled: true,
  bondDeposited: true,
  bondWithdrawalRequested: true,
  bondWithdrawn: true,
  bondHeld: true,
  bondReleased: true,
  bondSlashed: true,
  slashedBurnt: true,
  challengeCommitted: true,
  receiptKeySet: true,
  receiptBroken: true,
  receiptDemanded: true,
  recordShown: true,
  receiptUnrecorded: true,
  appealFiled: true,
  appealRuled: true,
  appealLapsed: true,
  unitProvedFalse: true,
  unitDemanded: true,
  unitAnswered: true,
  unitRowsShown: true,
  evaluationRecorded: true,
  inferenceRated: true,
  ratingDropped: true,
  transfer: true,
}

/** The tables whose rows belong to a block, and are rolled back with it. */
export const factTables = Object.keys(undoable) as readonly FactTable[]
