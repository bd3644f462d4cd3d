import type { Hex } from 'viem'
import type { Place } from './place.ts'

/** What happens before the Court: challenges and what they showed, demands, appeals. */

export type Fault =
  | 'WrongWeights'
  | 'OmittedRow'
  | 'WrongAccount'
  | 'AbsentRow'
  | 'ForeignRow'
  | 'ConflictingRows'
  | 'WithheldRow'
  | 'StruckRow'
  | 'Appeal'

/** Somebody announced a proof without telling it. */
export interface ChallengeCommitted extends Place {
  readonly commitment: Hex
}

export interface RecordStruck extends Place {
  readonly batch: bigint
  readonly position: bigint
  readonly challenger: bigint
  readonly fault: Fault
}

export interface RowStruck extends Place {
  readonly model: bigint
  readonly row: bigint
  readonly fault: Fault
}

export interface IndexStruck extends Place {
  readonly model: bigint
  readonly challenger: bigint
  readonly fault: Fault
}

export interface RowDemanded extends Place {
  readonly model: bigint
  readonly row: bigint
  readonly demander: bigint
  readonly feeGwei: bigint
  readonly dueAt: bigint
}

export interface RowShown extends Place {
  readonly model: bigint
  readonly row: bigint
  readonly shownBy: bigint
  /** The row's entry, or the one whose link passes the row over. */
  readonly entry: Hex
}

/** Nobody showed a demanded row in time. */
export interface DemandClosed extends Place {
  readonly model: bigint
  readonly row: bigint
  readonly demander: bigint
}

/** `batch` is null where the whole influence index is appealed against. */
export interface AppealFiled extends Place {
  readonly appeal: bigint
  readonly appellant: bigint
  readonly accused: bigint
  readonly model: bigint
  readonly batch: bigint | null
  readonly position: bigint | null
  readonly stakeGwei: bigint
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

export interface CourtTermsSet extends Place {
  readonly demandFeeGwei: bigint
  readonly demandSeconds: bigint
  readonly appealStakeGwei: bigint
  readonly rulingSeconds: bigint
}

export interface CourtFacts {
  challengeCommitted: ChallengeCommitted
  recordStruck: RecordStruck
  rowStruck: RowStruck
  indexStruck: IndexStruck
  rowDemanded: RowDemanded
  rowShown: RowShown
  demandClosed: DemandClosed
  appealFiled: AppealFiled
  appealRuled: AppealRuled
  appealLapsed: AppealLapsed
  courtTermsSet: CourtTermsSet
}
