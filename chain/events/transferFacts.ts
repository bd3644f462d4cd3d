import type { Hex } from 'viem'
import type { EventOrigin } from './eventOrigin.ts'

/** The token's transfers, where they are followed. */

/**
 * OPEN went from one address to another; from or to the zero address where it was minted or burnt.
 */
export interface Transfer extends EventOrigin {
  readonly from: Hex
  readonly to: Hex
  /** In wei, up to 2^256 − 1: a token that anyone else deployed may transfer that much. */
  readonly amountWei: bigint
}

export interface TransferFacts {
  transfer: Transfer
}
