import type { Hex } from 'viem'
import type { EventOrigin } from './eventOrigin.ts'

/** Cases of the UnitCourt: units proved false, and demands for rows and items. */

export type UnitFault = 'FalseSum' | 'AboveCap' | 'Malformed' | 'CopyKept' | 'NoCopy' | 'Withheld'

export interface UnitProvedFalse extends EventOrigin {
  readonly model: number
  readonly unit: number
  readonly challenger: number
  readonly fault: UnitFault
  readonly takenGwei: bigint
}

/** `row` is null where all rows of the unit are asked for, and else the row whose item is. */
export interface UnitDemanded extends EventOrigin {
  readonly model: number
  readonly unit: number
  readonly row: bigint | null
  readonly demander: number
  readonly stakeGwei: bigint
  /** By the contracts' clock. */
  readonly dueAt: bigint
}

/**
 * `contribution` and `itemHash` are null where all rows were asked for; zero where the unit has no
 * such row.
 */
export interface UnitAnswered extends EventOrigin {
  readonly model: number
  readonly unit: number
  readonly row: bigint | null
  readonly shownBy: number
  readonly contribution: Hex | null
  readonly itemHash: Hex | null
}

/** A page of a demanded unit's rows, as bytes. */
export interface UnitRowsShown extends EventOrigin {
  readonly model: number
  readonly unit: number
  readonly firstRow: bigint
  readonly rows: Hex
}

export interface UnitCourtFacts {
  unitProvedFalse: UnitProvedFalse
  unitDemanded: UnitDemanded
  unitAnswered: UnitAnswered
  unitRowsShown: UnitRowsShown
}
