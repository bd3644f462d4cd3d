import type { Hex } from 'viem'

/** A block, as far as every chain has it: its place and what it follows. */
export interface Block {
  readonly number: bigint
  readonly hash: Hex
  readonly parentHash: Hex
  readonly timestamp: bigint
}
