import type { Hex } from 'viem'
import type { EventOrigin } from '../../chain/events/eventOrigin.ts'

export interface Dataset {
  readonly curator: Hex
  readonly proposed: Hex
  readonly contributions: number
  readonly accepted: number
  readonly acceptedItems: number
  readonly versions: number
  readonly at: EventOrigin
}

export interface Contribution {
  readonly dataset: number
  readonly contributor: number
  readonly itemsRoot: Hex
  readonly items: number
  readonly acceptedAt: bigint
  readonly withdrawnAt: bigint
  readonly withdrawnTime: bigint
  readonly status: number
  readonly at: EventOrigin
}

export interface Version {
  readonly frozenAt: bigint
  readonly contributions: number
  readonly items: number
  readonly at: EventOrigin
}

export interface DatasetsWorld {
  readonly datasets: Map<number, Dataset>
  readonly contributions: Map<Hex, Contribution>
  readonly versions: Map<bigint, Version>
}
