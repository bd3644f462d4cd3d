import type { Hex } from 'viem'

/**
 * How values leave the driver: bigint for every integer and hexadecimal for every bytea. By default
 * it gives strings and Buffers.
 */

const INT8 = 20
const BYTEA = 17
const NUMERIC = 1700

export const parsers: Readonly<Record<number, (value: string) => bigint | Hex>> = {
  [INT8]: BigInt,
  [NUMERIC]: BigInt,
  [BYTEA]: (value) => `0x${value.slice(2)}`,
}

/** Bytes as the driver takes them. */
export function toBytea(hex: Hex): Buffer {
  return Buffer.from(hex.slice(2), 'hex')
}
