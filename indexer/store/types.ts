import type { Hex } from 'viem'

/**
 * How values leave the driver, which by itself makes strings of large integers and Buffers of bytes: bigint for every integer, and
 * hexadecimal for every bytea.
 */

const INT8 = 20
const BYTEA = 17
const NUMERIC = 1700

export const parsers: Readonly<Record<number, (value: string) => bigint | Hex>> = {
  [INT8]: BigInt,
  [NUMERIC]: BigInt,
  [BYTEA]: (value) => `0x${value.slice(2)}`,
}

/** How bytes are handed to the driver. */
export function toBytea(hex: Hex): Buffer {
  return Buffer.from(hex.slice(2), 'hex')
}
