import type { Hex } from 'viem'
import type { JournaledName } from './contracts.ts'
import type { EventOrigin } from './eventOrigin.ts'

/** Governance: parameters, authorities, appointments and pauses. */

/** Who may change a contract's parameters. */
export interface AuthorityUpdated extends EventOrigin {
  readonly contract: JournaledName
  readonly authority: Hex
}

/** A contract was permanently appointed to act on another. */
export interface Appointed extends EventOrigin {
  readonly contract: JournaledName
  /** The role of the appointed contract. */
  readonly office: JournaledName
  readonly appointed: Hex
}

/** Recording, registration and the contracts' clock pause, until the timestamp `until` at most. */
export interface Paused extends EventOrigin {
  readonly pausedBy: Hex
  readonly until: bigint
}

export interface Resumed extends EventOrigin {
  readonly resumedBy: Hex
  readonly pausedSeconds: bigint
}

export interface ModelTermsSet extends EventOrigin {
  readonly activationSeconds: bigint
  readonly noticeSeconds: bigint
}

export interface ChannelNoticeSet extends EventOrigin {
  readonly noticeSeconds: bigint
}

export interface LedgerTermsSet extends EventOrigin {
  readonly epochSeconds: bigint
  readonly windowSeconds: bigint
  readonly minBookGwei: bigint
  readonly treasuryBps: bigint
}

export interface BondRuleSet extends EventOrigin {
  readonly minimumGwei: bigint
  readonly perRecordGwei: bigint
  readonly ratioBps: bigint
  readonly bountyBps: bigint
  readonly noticeSeconds: bigint
  readonly modelSeconds: bigint
}

export interface CourtTermsSet extends EventOrigin {
  readonly demandFeeGwei: bigint
  readonly demandSeconds: bigint
  readonly receiptFees: bigint
  readonly appealStakeGwei: bigint
  readonly rulingSeconds: bigint
  readonly keyNoticeSeconds: bigint
}

export interface UnitCourtTermsSet extends EventOrigin {
  readonly demandFeeGwei: bigint
  readonly demandSeconds: bigint
}

export interface GovernanceFacts {
  authorityUpdated: AuthorityUpdated
  appointed: Appointed
  paused: Paused
  resumed: Resumed
  modelTermsSet: ModelTermsSet
  channelNoticeSet: ChannelNoticeSet
  ledgerTermsSet: LedgerTermsSet
  bondRuleSet: BondRuleSet
  courtTermsSet: CourtTermsSet
  unitCourtTermsSet: UnitCourtTermsSet
}
