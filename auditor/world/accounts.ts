import type { Hex } from 'viem'
import type { EventOrigin } from '../../chain/events/eventOrigin.ts'

export interface Account {
  payout: Hex
  proposed: Hex
  at: EventOrigin
}

/** Which account an address acts as; 0 once it has left. */
export interface Holder {
  readonly account: number
  readonly at: EventOrigin
}

export interface AccountsWorld {
  readonly accounts: Map<number, Account>
  readonly holders: Map<Hex, Holder>
}
