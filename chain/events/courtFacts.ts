import type { Hex } from 'viem'
import type { EventOrigin } from './eventOrigin.ts'

/** Cases of the Court: broken and unrecorded receipts, and appeals that no contract can decide. */

/** A hidden commitment to a challenge, at the Court or the UnitCourt. */
export interface ChallengeCommitted extends EventOrigin {
  readonly contract: 'court' | 'unitCourt'
  readonly commitment: Hex
}

export interface ReceiptKeySet extends EventOrigin {
  readonly operator: number
  readonly key: Hex
  /** From when it signs, by the contracts' clock; 0 of an operator's first. */
  readonly validFrom: bigint
  /** The key before it, zero of the first. */
  readonly previous: Hex
  /** Up to which `recordBy` the key before it counts. */
  readonly previousUntil: bigint
}

/** A record was not as its receipt says: it is voided. */
export interface ReceiptBroken extends EventOrigin {
  readonly batch: bigint
  readonly position: bigint
  readonly challenger: number
  /** What the receipt promised. */
  readonly recordHash: Hex
}

export interface ReceiptDemanded extends EventOrigin {
  readonly recordHash: Hex
  readonly operator: number
  readonly demander: number
  readonly model: number
  /** By the contracts' clock, as all deadlines here. */
  readonly dueAt: bigint
  readonly stakeGwei: bigint
  readonly heldGwei: bigint
}

export interface RecordShown extends EventOrigin {
  readonly recordHash: Hex
  readonly batch: bigint
  readonly position: bigint
  readonly shownBy: number
}

export interface ReceiptUnrecorded extends EventOrigin {
  readonly recordHash: Hex
  readonly operator: number
  readonly demander: number
  readonly takenGwei: bigint
}

/**
 * `batch` and `position` are null of an appeal against a unit, `unit` and `model` of one against a
 * record.
 */
export interface AppealFiled extends EventOrigin {
  readonly appeal: bigint
  readonly appellant: number
  readonly batch: bigint | null
  readonly position: bigint | null
  readonly model: number | null
  readonly unit: number | null
  readonly stakeGwei: bigint
  readonly heldGwei: bigint
  /** The record's fee, held until the appeal is over. */
  readonly feeGwei: bigint
  readonly dueAt: bigint
  readonly groundsHash: Hex
  readonly groundsUri: string
}

export interface AppealRuled extends EventOrigin {
  readonly appeal: bigint
  readonly upheld: boolean
  readonly reasonsHash: Hex
  readonly reasonsUri: string
}

export interface AppealLapsed extends EventOrigin {
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
