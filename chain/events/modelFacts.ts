import type { Hex } from 'viem'
import type { EventOrigin } from './eventOrigin.ts'

/** Which models there are, how their fees are shared, and who may record their calls. */

export interface BaseModelRegistered extends EventOrigin {
  readonly model: number
  readonly owner: number
  readonly name: string
  readonly licence: string
  readonly weightsHash: Hex
  readonly weightsUri: string
  readonly royaltyBps: bigint
}

/** A fine-tune with its terms for good. Its calls can be recorded once it is activated. */
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

/** A royalty that every fee of a fine-tune owes up its lineage, in the order in which settlement pays. */
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
  /** The contract whose code holds where the units are. */
  readonly sheet: Hex
}

export interface OperatorSet extends EventOrigin {
  readonly model: number
  readonly operator: number
  readonly allowed: boolean
  /** Until when it may record, by the contracts' clock; 2^40 − 1 for good, 0 never. */
  readonly until: bigint
}

/** A unit that counts nothing in books whose window was open then. Its model records no more. */
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
