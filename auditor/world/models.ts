import type { Hex } from 'viem'
import type { EventOrigin } from '../../chain/events/eventOrigin.ts'

export interface Model {
  readonly owner: number
  readonly parent: number
  readonly royaltyBps: number
  readonly contributorBps: number
  readonly operatorBps: number
  readonly baseBps: number
  readonly floorBps: number
  readonly sketched: boolean
  readonly feeUnitGwei: bigint
  readonly dims: number
  readonly royalties: { readonly account: number; readonly bps: number }[]
  readonly units: Unit[]
  /** Members of joint units that are not complete yet, by the number of the joint unit. */
  readonly joining: Map<number, Member[]>
  /** What registration says of the row index and of the sum of units. */
  registered: Registered | undefined
  readonly index: { hash: Hex; uri: string; manifestHash: Hex; maxPeak: number; versions: bigint[] }
  activeFrom: bigint
  sheet: Hex
  struckAt: bigint
  readonly strikes: { readonly unit: number; readonly struckAt: bigint; readonly at: EventOrigin }[]
  at: EventOrigin
}

export interface Registered {
  readonly indexRoot: Hex
  readonly totalHash: Hex
  readonly floorNorm: bigint
  readonly at: EventOrigin
}

export interface Unit {
  /** 0 of a joint unit. */
  readonly payee: number
  readonly contribution: Hex | undefined
  readonly kept: number
  readonly scale: number
  readonly fixed: bigint
  codes: Int8Array
  readonly members: readonly Member[]
  readonly at: EventOrigin
}

export interface Member {
  readonly contribution: Hex
  readonly kept: number
}

/** Until when an operator may record for a model. */
export interface OperatorTerm {
  readonly model: number
  readonly operator: number
  readonly until: bigint
  readonly at: EventOrigin
}

export interface ModelsWorld {
  readonly models: Map<number, Model>
  readonly operators: Map<string, OperatorTerm>
}
