import type { Hex } from 'viem'
import type { EventOrigin } from './eventOrigin.ts'

/** Accounts and their payout addresses. */

export interface AccountOpened extends EventOrigin {
  readonly account: number
  readonly payout: Hex
}

export interface PayoutProposed extends EventOrigin {
  readonly account: number
  readonly payout: Hex
  readonly proposed: Hex
}

export interface PayoutRotated extends EventOrigin {
  readonly account: number
  readonly previous: Hex
  readonly payout: Hex
}

/** An address that several accounts are paid to chose which of them it acts as. */
export interface ActingAs extends EventOrigin {
  readonly account: number
  readonly payout: Hex
}

export interface AccountFacts {
  accountOpened: AccountOpened
  payoutProposed: PayoutProposed
  payoutRotated: PayoutRotated
  actingAs: ActingAs
}
