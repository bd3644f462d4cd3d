import type { Hex } from 'viem'

/** The bytes of a hexadecimal string that is known to be one. */
export function bytesOf(hex: Hex): Uint8Array {
  return Buffer.from(hex.slice(2), 'hex')
}

/** A whole number as RLP wants it: big-endian, without leading zeros, nothing at all for zero. */
export function scalarBytes(value: bigint): Uint8Array {
  if (value === 0n) return new Uint8Array()
  const digits = value.toString(16)
  return Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex')
}
