import type { EventOrigin } from '../../chain/events/eventOrigin.ts'

export interface Bond {
  readonly balanceGwei: bigint
  readonly leavingGwei: bigint
  readonly heldGwei: bigint
  /** Of an account's bond. */
  readonly exposedGwei: bigint
  readonly leavesAt: bigint
  readonly at: EventOrigin
}

export interface SettledPools {
  readonly newerGwei: bigint
  readonly olderGwei: bigint
  readonly since: bigint
  readonly at: EventOrigin
}

export interface BondsWorld {
  readonly bonds: Map<bigint, Bond>
  readonly settledPools: Map<number, SettledPools>
  unburntGwei: bigint
}
