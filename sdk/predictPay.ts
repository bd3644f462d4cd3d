// What a book will pay, worked out from events alone: its batches as they stand, the model's terms and units, what was given. It is what the
// contract pays, to the gwei (attribution/bookPay.ts).

import { type BookPay, type PayTerms, payBook } from '../attribution/bookPay.ts'
import { bookSum } from '../attribution/bookSum.ts'
import type { OpenedBatch } from './batch.ts'
import type { RegisteredUnit } from './registeredUnits.ts'
import type { SettlingBook } from './settlement.ts'

/** What `FineTuneEntered` says of a model's pay. */
export interface ModelPayTerms {
  readonly contributorBps: number
  readonly operatorBps: number
  /** Of its ancestors, in their order. */
  readonly royaltiesBps: readonly number[]
  readonly baseBps: number
  readonly floorBps: number
  readonly sketched: boolean
  readonly feeUnitGwei: bigint
  /** Codes in a sketch. */
  readonly dims: number
}

export interface BookToPay {
  readonly book: bigint
  readonly batches: readonly OpenedBatch[]
  readonly givenGwei: bigint
  /** Of `BookOpened`. */
  readonly treasuryBps: number
}

/**
 * @param struck Units that were struck before the book's window ended.
 */
export function predictPay(
  terms: ModelPayTerms,
  units: readonly RegisteredUnit[],
  struck: ReadonlySet<number>,
  { batches, givenGwei, treasuryBps }: BookToPay,
): BookPay {
  const payTerms: PayTerms = { ...terms, treasuryBps, feeUnit: terms.feeUnitGwei }
  const paid = units.map((unit, u) => ({ ...unit, struck: struck.has(u) }))
  const k = recordDims(terms)
  const book = bookSum(
    batches.map(({ header, sum }) => ({ feeUnits: Number(header.units), sum })),
    k,
  )
  return payBook(payTerms, paid, { ...book, given: givenGwei })
}

/** A book ready to be settled in pages. */
export function settlingBook(
  terms: ModelPayTerms,
  units: readonly RegisteredUnit[],
  struck: ReadonlySet<number>,
  toPay: BookToPay,
): SettlingBook {
  const { weights, units: unitsGwei } = predictPay(terms, units, struck, toPay)
  return { book: toPay.book, batches: toPay.batches, k: recordDims(terms), weights, unitsGwei }
}

/** Dimensions of the sketches in a model's records: none where its term `sketched` is no. */
export function recordDims({ sketched, dims }: Pick<ModelPayTerms, 'sketched' | 'dims'>): number {
  return sketched ? dims : 0
}
