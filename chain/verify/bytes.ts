import type { Hex } from 'viem'

/** The bytes of a hexadecimal string that is known to be one. */
export function bytesOf(hex: Hex): Uint8Array {
  return Buffer.from(hex.slice(2), 'hex')
}
