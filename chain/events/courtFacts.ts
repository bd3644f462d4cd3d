import type { Hex } from 'viem'
import type { Place } from './eventOrigin.ts'

/** What happens before the Court: receipts that were not kept, and appeals about what no chain decides. */

/** Somebody committed to a challenge without telling it, at the Court or the UnitCourt. */
export interface ChallengeCommitted extends Place {
  readonly contract: 'court' | 'unitCourt'
  readonly commitment: Hex
}

export interface ReceiptKeySet extends Place {
  readonly operator: bigint
  readonly key: Hex
  /** From when it signs, by the contracts' clock; 0 of an operator's first. */
  readonly validFrom: bigint
  /** The key before it, zero of the first. */
  readonly previous: Hex
  /** Up to which `recordBy` the key before it counts. */
  readonly previousUntil: bigint
}

/** A record was not as its receipt says: it is voided. */
export interface ReceiptBroken extends Place {
  readonly batch: bigint
  readonly position: bigint
  readonly challenger: bigint
  /** What the receipt promised. */
  readonly recordHash: Hex
}

export interface ReceiptDemanded extends Place {
  readonly recordHash: Hex
  readonly operator: bigint
  readonly demander: bigint
  readonly model: bigint
  /** By the contracts' clock, as all deadlines here. */
  readonly dueAt: bigint
  readonly stakeGwei: bigint
  readonly heldGwei: bigint
}

export interface RecordShown extends Place {
  readonly recordHash: Hex
  readonly batch: bigint
  readonly position: bigint
  readonly shownBy: bigint
}

export interface ReceiptUnrecorded extends Place {
  readonly recordHash: Hex
  readonly operator: bigint
  readonly demander: bigint
  readonly takenGwei: bigint
}

/** `batch` and `position` are null of an appeal against a unit, `unit` and `model` of one against a record. */
export interface AppealFiled extends Place {
  readonly appeal: bigint
  readonly appellant: bigint
  readonly batch: bigint | null
  readonly position: bigint | null
  readonly model: bigint | null
  readonly unit: bigint | null
  readonly stakeGwei: bigint
  readonly heldGwei: bigint
  /** The record's fee, held until the appeal is over. */
  readonly feeGwei: bigint
  readonly dueAt: bigint
  readonly groundsHash: Hex
  readonly groundsUri: string
}

export interface AppealRuled extends Place {
  readonly appeal: bigint
  readonly upheld: boolean
  readonly reasonsHash: Hex
  readonly reasonsUri: string
}

export interface AppealLapsed extends Place {
  readonly appeal: bigint
}

export interface CourtFacts {
  challengeCommitted: ChallengeCommitted
  receiptKeySet: ReceiptKeySet
  receiptBroken: ReceiptBroken
  receiptDemanded: ReceiptDemanded
  recordShown: RecordShown
  receiptUnrecorded: ReceiptUnrecorded
  appealFiled: AppealFiled
  appealRuled: AppealRuled
  appealLapsed: AppealLapsed
}
