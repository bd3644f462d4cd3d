import type { Hex } from 'viem'
import type { EventOrigin } from '../../chain/events/eventOrigin.ts'

export interface Balance {
  readonly wei: bigint
  readonly at: EventOrigin
}

export interface TokenWorld {
  readonly balances: Map<Hex, Balance>
  supplyWei: bigint
}
