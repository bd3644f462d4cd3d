import type { Hex } from 'viem'
import type { Place } from './eventOrigin.ts'

/** Who has an account, and where it is paid. */

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

/** An address that several accounts are paid to chose which of them it acts as. */
export interface ActingAs extends Place {
  readonly account: bigint
  readonly payout: Hex
}

export interface AccountFacts {
  accountOpened: AccountOpened
  payoutProposed: PayoutProposed
  payoutRotated: PayoutRotated
  actingAs: ActingAs
}
