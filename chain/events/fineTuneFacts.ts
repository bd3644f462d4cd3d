import type { Hex } from 'viem'
import type { EventOrigin } from './eventOrigin.ts'

/** Fine-tunes and their units of pay. */

export type Method = 'Full' | 'LoRA' | 'QLoRA'
export type SketchSource = 'Gradient' | 'Representation'

export interface FineTuneBegun extends EventOrigin {
  readonly model: number
  readonly adapterHash: Hex
  readonly manifestHash: Hex
  readonly manifestUri: string
  readonly method: Method
  readonly quantisationScheme: string
  readonly quantisationBits: bigint
  readonly doubleQuant: boolean
  /** Of the row index file; zero of an equal split without sketches. */
  readonly indexHash: Hex
  readonly indexUri: string
  readonly sketchSource: SketchSource
  /** The announced number of units. */
  readonly unitCount: bigint
  readonly minimumRows: bigint
  readonly jointRows: bigint
  readonly maxPeak: bigint
}

/** A dataset version that a fine-tune was trained on. */
export interface TrainedOn {
  readonly block: bigint
  readonly model: number
  readonly version: bigint
}

/** A page of a fine-tune's registration. */
export interface UnitsRegistered extends EventOrigin {
  readonly model: number
  readonly firstUnit: number
  readonly units: bigint
  readonly contributions: bigint
  readonly isLast: boolean
}

/**
 * A unit of pay: a contribution or a part of one, or, where `joint` is not null, several small ones
 * together.
 */
export interface UnitKept {
  readonly block: bigint
  readonly model: number
  readonly unit: number
  /** The number of the joint unit in the model, from 0; null for a unit of one account. */
  readonly joint: number | null
  readonly payee: number | null
  readonly contribution: Hex | null
  readonly kept: bigint
  readonly scale: bigint
  readonly fixedWeight: bigint
}

/** A unit's packed sketch, in its own table because it is long and rarely read. */
export interface UnitSketch {
  readonly block: bigint
  readonly model: number
  readonly unit: number
  readonly sketch: Hex
}

/** A contribution that shares a joint unit, numbered as the contracts number it. */
export interface UnitMember {
  readonly block: bigint
  readonly model: number
  readonly joint: number
  readonly member: number
  readonly contribution: Hex
  readonly kept: bigint
}

/** All units of a fine-tune are registered. */
export interface FineTuneRegistered extends EventOrigin {
  readonly model: number
  readonly indexRoot: Hex
  readonly totalHash: Hex
  readonly floorNorm: bigint
  readonly fixedTotal: bigint
  readonly keptRows: bigint
}

export interface FineTuneFacts {
  fineTuneBegun: FineTuneBegun
  trainedOn: TrainedOn
  unitsRegistered: UnitsRegistered
  unitKept: UnitKept
  unitSketch: UnitSketch
  unitMember: UnitMember
  fineTuneRegistered: FineTuneRegistered
}
