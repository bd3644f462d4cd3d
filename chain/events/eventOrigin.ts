import type { Hex } from 'viem'

/** Where a fact stands on the chain. */
export interface EventOrigin {
  readonly block: bigint
  readonly logIndex: bigint
  readonly transactionHash: Hex
}
