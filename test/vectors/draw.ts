import { bytesToHex, type Hex } from 'viem'
import type { RandomSource } from '../../attribution/random.ts'

/** What vectors are drawn from: the same seed gives the same file, byte for byte. */

export function integer(next: RandomSource, below: number): number {
  return next() % below
}

export function bytes(next: RandomSource, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => next() >>> 24)
}

export function hash(next: RandomSource): Hex {
  return bytesToHex(bytes(next, 32))
}

export function codes(next: RandomSource, dims: number): Int8Array {
  return Int8Array.from({ length: dims }, () => integer(next, 15) - 7)
}

/** A sketch close to another: every eighth code or so moves by one. */
export function nearby(next: RandomSource, sketch: Int8Array): Int8Array {
  return sketch.map((code) =>
    integer(next, 8) === 0 ? Math.max(-7, Math.min(7, code + (integer(next, 2) * 2 - 1))) : code,
  )
}
