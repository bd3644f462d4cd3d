import type { Hex } from 'viem'
import type { Place } from './place.ts'

/** What becomes of the contributors' share of models whose contributors share equally. */

export interface PoolOpened extends Place {
  /** The account that the Ledger credits. */
  readonly pool: bigint
  /** Where that account is paid. */
  readonly wallet: Hex
  /** Items of all its contributions together. */
  readonly itemCount: bigint
}

/** A dataset version whose contributions share a pool. */
export interface PoolVersion {
  readonly block: bigint
  readonly pool: bigint
  readonly version: bigint
}

/** A contribution was paid what was left of its share. */
export interface ShareClaimed extends Place {
  readonly pool: bigint
  readonly contribution: Hex
  readonly contributor: bigint
  readonly recipient: Hex
  readonly amountGwei: bigint
}

export interface PoolFacts {
  poolOpened: PoolOpened
  poolVersion: PoolVersion
  shareClaimed: ShareClaimed
}
