import type { EventOrigin } from '../../chain/events/eventOrigin.ts'

export interface Rating {
  readonly count: bigint
  readonly feesGwei: bigint
  readonly starsGwei: bigint
  readonly at: EventOrigin
}

/** The stars of 64 records of a batch, four bits each. */
export interface Stars {
  readonly batch: bigint
  readonly place: bigint
  readonly word: bigint
  readonly at: EventOrigin
}

export interface EvaluationsWorld {
  evaluations: bigint
  readonly ratings: Map<number, Rating>
  readonly stars: Map<string, Stars>
}
