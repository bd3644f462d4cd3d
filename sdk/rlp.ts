// Recursive Length Prefix, Ethereum Yellow Paper, appendix B, written from the end to the beginning: what stands before a list is
// its length, and that is known once the list is written. So nothing is measured beforehand and nothing is copied.
//
//   string of n bytes: itself, where it is one byte below 0x80;  0x80 + n ‖ string, n < 56;  0xb7 + |n| ‖ n ‖ string
//   list of n bytes:   0xc0 + n ‖ items, n < 56;  0xf7 + |n| ‖ n ‖ items

import type { Hex } from 'viem'

/** What was written last stands first. A place is a number of bytes from the end, so that it stays true as the buffer grows. */
export interface RlpWriter {
  /** The place where the next item will end. */
  place(): number
  /** A string, given by its hexadecimal digits; what is no digit counts as zero, and half a byte at the end as nothing. */
  string(hex: Hex): void
  /** A whole number: big-endian, without leading zeros, the empty string for zero. */
  scalar(value: bigint): void
  /** Bytes as they are. */
  raw(bytes: Uint8Array): void
  byte(byte: number): void
  /** Makes one list of everything written since. */
  closeList(since: number): void
  /** Makes one string of everything written since. */
  closeString(since: number): void
  /** Everything written since; valid until something else is written. */
  since(place: number): Uint8Array
  /** Forgets everything written since. */
  forget(since: number): void
}

const STRING = 0x80
const LIST = 0xc0
const SHORT = 55
const FIRST_ROOM = 4_096

const digits = new Uint8Array(256)
for (let digit = 0; digit < 16; digit++) {
  digits[digit.toString(16).charCodeAt(0)] = digit
  digits[digit.toString(16).toUpperCase().charCodeAt(0)] = digit
}

export function createRlpWriter(): RlpWriter {
  let buffer = new Uint8Array(FIRST_ROOM)
  let at = buffer.length

  const makeRoom = (bytes: number): void => {
    if (at >= bytes) return
    const used = buffer.length - at
    const larger = new Uint8Array(2 * (used + bytes))
    larger.set(buffer.subarray(at), larger.length - used)
    at = larger.length - used
    buffer = larger
  }

  const byte = (value: number): void => {
    makeRoom(1)
    at -= 1
    buffer[at] = value
  }

  /** Of a number that is no larger than a number can be exact. */
  const bigEndian = (value: number): void => {
    for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) byte(rest % 256)
  }

  const place = (): number => buffer.length - at

  const prefix = (kind: number, length: number): void => {
    if (length <= SHORT) {
      byte(kind + length)
      return
    }
    const before = place()
    bigEndian(length)
    byte(kind + SHORT + place() - before)
  }

  const closeString = (since: number): void => {
    const length = place() - since
    const isItself = length === 1 && (buffer[at] as number) < STRING
    if (!isItself) prefix(STRING, length)
  }

  const string = (hex: string): void => {
    const since = place()
    const bytes = (hex.length - 2) >> 1
    makeRoom(bytes)
    at -= bytes
    for (let i = 0, digit = 2; i < bytes; i++, digit += 2) {
      buffer[at + i] = ((digits[hex.charCodeAt(digit)] ?? 0) << 4) | (digits[hex.charCodeAt(digit + 1)] ?? 0)
    }
    closeString(since)
  }

  return {
    place,
    string,
    scalar: (value) => {
      if (value > Number.MAX_SAFE_INTEGER) {
        const hex = value.toString(16)
        string(hex.length % 2 === 0 ? `0x${hex}` : `0x0${hex}`)
        return
      }
      const since = place()
      bigEndian(Number(value))
      closeString(since)
    },
    raw: (bytes) => {
      makeRoom(bytes.length)
      at -= bytes.length
      buffer.set(bytes, at)
    },
    byte,
    closeList: (since) => prefix(LIST, place() - since),
    closeString,
    since: (before) => buffer.subarray(at, buffer.length - before),
    forget: (since) => {
      at = buffer.length - since
    },
  }
}
