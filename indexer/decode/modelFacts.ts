import type { Hex } from 'viem'
import type { Place } from './place.ts'

/** Which models there are, what they were trained on, and who is paid for them. */

export type Method = 'Full' | 'LoRA' | 'QLoRA'
/** How the contributors' share of a fee is divided among them. */
export type Rule = 'Attribution' | 'EqualSplit'
export type SketchSource = 'Gradient' | 'Representation'

export interface BaseModelRegistered extends Place {
  readonly model: bigint
  readonly owner: bigint
  readonly name: string
  readonly licence: string
  readonly weightsHash: Hex
  readonly weightsUri: string
  readonly royaltyBps: bigint
}

export interface FineTuneRegistered extends Place {
  readonly model: bigint
  readonly owner: bigint
  readonly parent: bigint
  readonly adapterHash: Hex
  readonly manifestHash: Hex
  readonly manifestUri: string
  readonly method: Method
  readonly quantisationScheme: string
  readonly quantisationBits: bigint
  readonly doubleQuant: boolean
  readonly influenceRoot: Hex
  readonly indexHash: Hex
  readonly indexUri: string
  readonly rowCount: bigint
  readonly dims: bigint
  readonly topK: bigint
  readonly sketchSource: SketchSource
  readonly contributorBps: bigint
  readonly operatorBps: bigint
  readonly royaltyBps: bigint
  readonly rule: Rule
  /** The account that earns the contributors' share, where they share equally. */
  readonly pool: bigint | null
}

/** A dataset version that a fine-tune was trained on. */
export interface TrainedOn {
  readonly block: bigint
  readonly model: bigint
  readonly version: bigint
}

/** A royalty that every fee of a fine-tune owes up its lineage, in the order in which the Ledger pays. */
export interface RoyaltyOwed {
  readonly block: bigint
  readonly model: bigint
  readonly position: bigint
  readonly account: bigint
  readonly bps: bigint
}

export interface OperatorSet extends Place {
  readonly model: bigint
  readonly operator: bigint
  readonly allowed: boolean
}

export interface ModelFacts {
  baseModelRegistered: BaseModelRegistered
  fineTuneRegistered: FineTuneRegistered
  trainedOn: TrainedOn
  royaltyOwed: RoyaltyOwed
  operatorSet: OperatorSet
}
