import type { Hex } from 'viem'
import type { EventOrigin } from './eventOrigin.ts'

/** Models, their shares of fees, and their operators. */

export interface BaseModelRegistered extends EventOrigin {
  readonly model: number
  readonly owner: number
  readonly name: string
  readonly licence: string
  readonly weightsHash: Hex
  readonly weightsUri: string
  readonly royaltyBps: bigint
}

/** A fine-tune with its permanent terms. Its calls can be recorded once it is activated. */
export interface FineTuneEntered extends EventOrigin {
  readonly model: number
  readonly owner: number
  readonly parent: number
  readonly contributorBps: bigint
  readonly operatorBps: bigint
  readonly royaltyBps: bigint
  readonly baseBps: bigint
  readonly floorBps: bigint
  readonly sketched: boolean
  readonly feeUnitGwei: bigint
  /** Codes in a sketch. */
  readonly dims: bigint
}

/** A royalty of a fine-tune to an ancestor's owner, in the order of settlement. */
export interface RoyaltyOwed {
  readonly block: bigint
  readonly model: number
  readonly position: bigint
  readonly account: number
  readonly bps: bigint
}

export interface ModelActivated extends EventOrigin {
  readonly model: number
  /** By the contracts' clock. */
  readonly activeFrom: bigint
  /** The contract whose code holds the addresses of the units. */
  readonly sheet: Hex
}

export interface OperatorSet extends EventOrigin {
  readonly model: number
  readonly operator: number
  readonly allowed: boolean
  /** Until when it may record, by the contracts' clock; 2^40 − 1 means no end, 0 never. */
  readonly until: bigint
}

/**
 * A unit was struck: it earns nothing in books with an open window, and its model can no longer
 * record.
 */
export interface UnitStruck extends EventOrigin {
  readonly model: number
  readonly unit: number
  readonly struckAt: bigint
}

export interface ModelFacts {
  baseModelRegistered: BaseModelRegistered
  fineTuneEntered: FineTuneEntered
  royaltyOwed: RoyaltyOwed
  modelActivated: ModelActivated
  operatorSet: OperatorSet
  unitStruck: UnitStruck
}
