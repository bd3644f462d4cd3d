import type { Hex } from 'viem'
import type { EventOrigin } from '../../chain/events/eventOrigin.ts'

export interface KeyTerm {
  readonly operator: number
  readonly key: Hex
  readonly from: bigint
  readonly until: bigint
  readonly isCurrent: boolean
  readonly at: EventOrigin
}

export interface RecordDemand {
  readonly demander: number
  readonly operator: number
  readonly model: number
  readonly dueAt: bigint
  readonly stakeGwei: bigint
  /** In the order of `DemandState`. */
  readonly state: number
  readonly at: EventOrigin
}

export interface UnitDemand {
  readonly model: number
  readonly unit: number
  readonly row: bigint
  readonly demander: number
  readonly dueAt: bigint
  readonly stakeGwei: bigint
  /** Undefined where no event tells: a strike for rows withheld names the unit alone. */
  readonly isAnswered: boolean | undefined
  readonly at: EventOrigin
}

export interface Appeal {
  readonly appellant: number
  readonly accused: number
  readonly model: number
  readonly unit: number | undefined
  readonly dueAt: bigint
  readonly stakeGwei: bigint
  readonly heldGwei: bigint
  readonly feeGwei: bigint
  readonly payer: number
  readonly isOver: boolean
  readonly at: EventOrigin
}

export interface CourtsWorld {
  readonly keys: Map<string, KeyTerm>
  readonly recordDemands: Map<Hex, RecordDemand>
  readonly unitDemands: Map<string, UnitDemand>
  readonly appeals: Map<bigint, Appeal>
}
