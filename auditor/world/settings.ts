import type { Hex } from 'viem'
import type { JournaledName } from '../../chain/events/contracts.ts'
import type { EventOrigin } from '../../chain/events/eventOrigin.ts'
import type {
  BondRuleSet,
  CourtTermsSet,
  LedgerTermsSet,
  UnitCourtTermsSet,
} from '../../chain/events/governanceFacts.ts'

export interface Settings {
  readonly authorities: Map<JournaledName, { readonly authority: Hex; readonly at: EventOrigin }>
  readonly offices: Map<string, { readonly appointed: Hex; readonly at: EventOrigin }>
  /** Every change of a parameter, in order. */
  readonly changes: ParameterChange[]
  /** Those that governance's execution is to be looked for yet. */
  readonly unconfirmed: GovernedChange[]
  /** What was set last, by contract and event. */
  readonly lastSet: Map<string, string>
  ledgerTerms: LedgerTermsSet | undefined
  bondRule: BondRuleSet | undefined
  courtTerms: CourtTermsSet | undefined
  unitCourtTerms: UnitCourtTermsSet | undefined
  activationSeconds: bigint
  modelNoticeSeconds: bigint
  channelNoticeSeconds: bigint
}

export interface ParameterChange {
  readonly parameter: string
  readonly value: string
  readonly at: EventOrigin
}

/** What a setter was called with, after the contract's construction. */
export interface GovernedChange {
  readonly contract: JournaledName
  readonly parameter: string
  /** The function that sets it; `updateAuthority` is AccessManager's. */
  readonly call: string
  readonly value: unknown
  readonly at: EventOrigin
}

export const noSettings = (): Settings => ({
  authorities: new Map(),
  offices: new Map(),
  changes: [],
  unconfirmed: [],
  lastSet: new Map(),
  ledgerTerms: undefined,
  bondRule: undefined,
  courtTerms: undefined,
  unitCourtTerms: undefined,
  activationSeconds: 0n,
  modelNoticeSeconds: 0n,
  channelNoticeSeconds: 0n,
})
