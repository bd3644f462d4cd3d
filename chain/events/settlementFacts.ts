import type { EventOrigin } from './eventOrigin.ts'

/** The settlement of books, page by page. */

/** Batches `first` to before `end` were shown. */
export interface BatchesSummed extends EventOrigin {
  readonly book: bigint
  readonly first: bigint
  readonly end: bigint
}

/** Units `first` to before `end` were weighed. */
export interface UnitsWeighed extends EventOrigin {
  readonly book: bigint
  readonly first: bigint
  readonly end: bigint
}

export interface UnitWeighed {
  readonly block: bigint
  readonly book: bigint
  readonly model: number
  readonly unit: number
  /** W: its net influence on the book. */
  readonly weight: bigint
}

/** Units `first` to before `end` were paid. */
export interface UnitsPaid extends EventOrigin {
  readonly book: bigint
  readonly first: bigint
  readonly end: bigint
}

export interface UnitPaid {
  readonly block: bigint
  readonly logIndex: bigint
  readonly book: bigint
  readonly model: number
  readonly unit: number
  readonly amountGwei: bigint
}

/** All parties but the contributors were paid: the book is settled. */
export interface BookSettled extends EventOrigin {
  readonly book: bigint
  readonly model: number
  readonly operator: number
  readonly operatorGwei: bigint
  readonly ownerGwei: bigint
  /** The sum of all royalties. */
  readonly royaltiesGwei: bigint
  readonly treasuryGwei: bigint
  readonly contributorsGwei: bigint
}

export interface RoyaltyPaid {
  readonly block: bigint
  readonly logIndex: bigint
  readonly book: bigint
  readonly model: number
  /** Which of the model's royalties. */
  readonly position: bigint
  readonly amountGwei: bigint
}

export interface SettlementFacts {
  batchesSummed: BatchesSummed
  unitsWeighed: UnitsWeighed
  unitWeighed: UnitWeighed
  unitsPaid: UnitsPaid
  unitPaid: UnitPaid
  bookSettled: BookSettled
  royaltyPaid: RoyaltyPaid
}
