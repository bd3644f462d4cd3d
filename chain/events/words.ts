// The words of ABI-encoded data, 0x and 64 hexadecimal digits each, read in place: converting the
// data to bytes would cost more than all reads from it. A topic is one word.
//
// Only canonical encodings are read. A word that is missing, or has bits above its type's width,
// throws `Uncanonical`, and viem decodes the log. Digits are checked, in lower case, where nodes'
// answers are parsed.

import type { Address, Hex } from 'viem'

/** An encoding that no compiler writes. */
export class Uncanonical extends Error {}

const DIGITS = 64
const ABOVE_ADDRESS = `0x${'0'.repeat(24)}`

/** Word number `index`, from 0, in data that is long enough. */
export function wordAt(data: Hex, index: number): Hex {
  const from = 2 + index * DIGITS
  return `0x${data.slice(from, from + DIGITS)}`
}

/**
 * The bytes that word `index` points to. Their length is word `start`, since encoders lay out
 * values in order. `end` is the word after them.
 */
export function bytesAt(data: Hex, index: number, start: number): { readonly bytes: Hex; readonly end: number } {
  const length = uint32(wordAt(data, start))
  const from = 2 + DIGITS * (start + 1)
  if (uint32(wordAt(data, index)) !== 32 * start || from + 2 * length > data.length) throw new Uncanonical()
  return { bytes: `0x${data.slice(from, from + 2 * length)}`, end: start + 1 + Math.ceil(length / 32) }
}

/** The bytes that word `index` points to, if they are the last value and the only dynamic one. */
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

/** A value that a double rounds is above `max` anyway. */
function numberUpTo(max: number): (word: Hex | undefined) => number {
  return (word) => {
    const value = Number(word)
    if (value <= max) return value
    throw new Uncanonical()
  }
}
