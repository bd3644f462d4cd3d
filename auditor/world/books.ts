import type { Hex } from 'viem'
import type { EventOrigin } from '../../chain/events/eventOrigin.ts'
import type { BatchHeader, ToldBatch } from '../../sdk/batch.ts'
import type { BookKey } from '../../sdk/book.ts'
import type { SettlementPage } from './settlements.ts'

export interface Book extends BookKey {
  readonly openedAt: bigint
  closesAt: bigint
  readonly windowSeconds: bigint
  readonly epochSeconds: bigint
  readonly minBookGwei: bigint
  readonly treasuryBps: number
  givenGwei: bigint
  units: bigint
  coverGwei: bigint
  isClosing: boolean
  isCovered: boolean
  isSettled: boolean
  /** Until it is settled: what its settlement is computed from. */
  pending: PendingBatch[]
  /** As the pages of its settlement told it. */
  readonly settling: { pages: SettlementPage[]; weights: bigint[]; unitsGwei: bigint[] }
  batches: number
  settled: SettledAmounts | undefined
  records: number
  at: EventOrigin
}

/** A batch of a book that is not settled. */
export interface PendingBatch {
  readonly told: ToldBatch
  header: BatchHeader
  sum: Uint32Array
  readonly voided: number[]
  readonly at: EventOrigin
}

export interface RecordedBatch {
  commitment: Hex
  readonly book: bigint
  at: EventOrigin
}

export interface BooksWorld {
  readonly books: Map<bigint, Book>
  readonly batches: Map<bigint, RecordedBatch>
  /** Units of a model's unsettled books. */
  readonly unsettledUnits: Map<number, bigint>
  /** Who paid for the record that was set aside last. */
  asidePayer: number
}

/** What a settled book paid, as it told it. */
export interface SettledAmounts {
  readonly operatorGwei: bigint
  readonly ownerGwei: bigint
  readonly royaltiesGwei: bigint
  readonly treasuryGwei: bigint
  readonly contributorsGwei: bigint
  readonly at: EventOrigin
}
