import type { EventOrigin } from '../../chain/events/eventOrigin.ts'

export interface Earned {
  earnedGwei: bigint
  claimedGwei: bigint
  at: EventOrigin
}

export interface Amount {
  readonly gwei: bigint
  readonly at: EventOrigin
}

export interface EarningsWorld {
  readonly earnings: Map<number, Earned>
  /** By joint unit. */
  readonly received: Map<number, Amount>
  /** By joint unit, then by member. */
  readonly drawn: Map<number, Map<number, Amount>>
}
