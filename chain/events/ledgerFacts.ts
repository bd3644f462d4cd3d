import type { Hex } from 'viem'
import type { EventOrigin } from './eventOrigin.ts'

/** Books, their batches of paid inferences, voided records, and gifts. */

export interface BookOpened extends EventOrigin {
  /** model << 64 | operator << 32 | number. */
  readonly book: bigint
  readonly model: number
  readonly operator: number
  readonly number: bigint
  /** At the latest, by the contracts' clock. */
  readonly closesAt: bigint
  readonly windowSeconds: bigint
  readonly epochSeconds: bigint
  readonly minBookGwei: bigint
  readonly treasuryBps: bigint
}

/** The book closes with its epoch, since its fees suffice. */
export interface BookClosing extends EventOrigin {
  readonly book: bigint
  readonly closesAt: bigint
}

export interface BatchRecorded extends EventOrigin {
  readonly batch: bigint
  readonly book: bigint
  readonly model: number
  readonly operator: number
  /** Its number in the book, from 0. */
  readonly number: bigint
  readonly count: bigint
  /** Fees in the model's fee unit. */
  readonly units: bigint
  readonly feesGwei: bigint
  /** What the operator's bond covers for it until its book is settled. */
  readonly coverGwei: bigint
  readonly root: Hex
  readonly sumHash: Hex
}

/** A channel of a batch, and its totals after the charge. */
export interface ChannelCharged {
  readonly block: bigint
  readonly logIndex: bigint
  readonly batch: bigint
  /** Its index in the batch, which records refer to. */
  readonly position: bigint
  readonly channel: Hex
  readonly payer: number
  readonly salt: bigint
  /** The units that this batch charges at this index. */
  readonly units: bigint
  /** The channel's totals after the batch. */
  readonly coveredUnits: bigint
  readonly chargedUnits: bigint
}

/** One record of a batch. */
export interface Inference {
  readonly block: bigint
  readonly batch: bigint
  readonly position: bigint
  readonly model: number
  readonly operator: number
  readonly payer: number
  /** The channel's index in the batch. */
  readonly channelIndex: bigint
  readonly feeUnits: bigint
  readonly feeGwei: bigint
  readonly commitment: Hex
  /** Its leaf: what a receipt promises. */
  readonly recordHash: Hex
  /** One bit a dimension; null where the model's records have none. */
  readonly sketch: Hex | null
}

/**
 * A record was voided, or set aside until an appeal is over. Units, root and sum are the batch's
 * afterwards.
 */
export interface RecordVoided extends EventOrigin {
  readonly batch: bigint
  readonly position: bigint
  readonly payer: number
  readonly feeGwei: bigint
  readonly isSetAside: boolean
  readonly units: bigint
  readonly root: Hex
  readonly sumHash: Hex
}

/** The fee of a record that was set aside went to its payer, or to contributors. */
export interface FeeReturned extends EventOrigin {
  readonly model: number
  readonly operator: number
  readonly payer: number
  readonly feeGwei: bigint
  readonly toPayer: boolean
}

/** A penalty or fee that goes whole to contributors, by fixed weights. */
export interface GivenToBook extends EventOrigin {
  readonly book: bigint
  readonly amountGwei: bigint
}

/** The book is settled: bonds no longer cover it. */
export interface BookReleased extends EventOrigin {
  readonly book: bigint
  readonly model: number
}

export interface LedgerFacts {
  bookOpened: BookOpened
  bookClosing: BookClosing
  batchRecorded: BatchRecorded
  channelCharged: ChannelCharged
  inference: Inference
  recordVoided: RecordVoided
  feeReturned: FeeReturned
  givenToBook: GivenToBook
  bookReleased: BookReleased
}
