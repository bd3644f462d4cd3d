import type { Hex } from 'viem'

/**
 * How values leave the two drivers, which differ by themselves: PGlite makes numbers of small int8s and arrays of bytea, pg
 * strings and Buffers. Here both give bigint for every integer and hexadecimal for every bytea.
 */

const INT8 = 20
const BYTEA = 17
const NUMERIC = 1700

export const parsers: Readonly<Record<number, (value: string) => bigint | Hex>> = {
  [INT8]: BigInt,
  [NUMERIC]: BigInt,
  [BYTEA]: (value) => `0x${value.slice(2)}`,
}

/** How bytes are handed to either driver. */
export function toBytea(hex: Hex): Buffer {
  return Buffer.from(hex.slice(2), 'hex')
}
