import type { Hex } from 'viem'

/** The fields of a block that every chain has. */
export interface Block {
  readonly number: bigint
  readonly hash: Hex
  readonly parentHash: Hex
  readonly timestamp: bigint
}
