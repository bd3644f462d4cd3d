// The words of ABI-encoded data, 0x and 64 hexadecimal digits each, read where they stand: the data as an array of bytes would
// cost more than everything that is read from it. A topic is a word as it is.
//
// Only what encoders write is read. Of a word that is missing, or has bits above its type's width, `Uncanonical` is thrown, and
// viem decides what it means. That digits are digits, in lower case, is checked where nodes' answers come in.

import type { Address, Hex } from 'viem'

/** No compiler encodes a value like this. */
export class Uncanonical extends Error {}

const DIGITS = 64
const ABOVE_ADDRESS = `0x${'0'.repeat(24)}`

/** The word of that number, from 0, in data that is known to reach so far. */
export function wordAt(data: Hex, index: number): Hex {
  const from = 2 + index * DIGITS
  return `0x${data.slice(from, from + DIGITS)}`
}

/**
 * The bytes that the word of number `index` points to, where they begin with their length at the word of number `start`, as encoders
 * lay out one value after the other. `end` is the word behind them.
 */
export function bytesAt(data: Hex, index: number, start: number): { readonly bytes: Hex; readonly end: number } {
  const length = uint32(wordAt(data, start))
  const from = 2 + DIGITS * (start + 1)
  if (uint32(wordAt(data, index)) !== 32 * start || from + 2 * length > data.length) throw new Uncanonical()
  return { bytes: `0x${data.slice(from, from + 2 * length)}`, end: start + 1 + Math.ceil(length / 32) }
}

/** The bytes that the word of that number points to, where they are the last of the values and the only one of their kind. */
export function lastBytes(data: Hex, index: number): Hex {
  return bytesAt(data, index, index + 1).bytes
}

export const uint8 = numberUpTo(2 ** 8 - 1)
export const uint16 = numberUpTo(2 ** 16 - 1)
export const uint32 = numberUpTo(2 ** 32 - 1)
export const uint48 = numberUpTo(2 ** 48 - 1)

export const uint64 = integerOf(64n)
export const uint96 = integerOf(96n)
export const uint128 = integerOf(128n)

export function uint256(word: Hex | undefined): bigint {
  return BigInt(bytes32(word))
}

export function address(word: Hex | undefined): Address {
  if (word === undefined || !word.startsWith(ABOVE_ADDRESS)) throw new Uncanonical()
  return `0x${word.slice(ABOVE_ADDRESS.length)}`
}

export function bytes32(word: Hex | undefined): Hex {
  if (word === undefined) throw new Uncanonical()
  return word
}

export function bool(word: Hex | undefined): boolean {
  return numberUpTo(1)(word) === 1
}

function integerOf(bits: bigint): (word: Hex | undefined) => bigint {
  const most = 2n ** bits - 1n
  return (word) => {
    const value = uint256(word)
    if (value > most) throw new Uncanonical()
    return value
  }
}

/** What does not fit a double exactly is rounded, and above `max` all the same. */
function numberUpTo(max: number): (word: Hex | undefined) => number {
  return (word) => {
    const value = Number(word)
    if (value <= max) return value
    throw new Uncanonical()
  }
}
