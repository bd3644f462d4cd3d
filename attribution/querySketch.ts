// Query sketches: what is on chain of an answer, one bit a dimension.
//
//   bit_d = 1 where x_d ≥ 0 (-0 too), else 0         q_d = +1 or −1
//
// Dimension d is bit 7 − d mod 8 of byte ⌊d / 8⌋. docs/protocol.md, "Sketches".
// vector (k) float32 → k / 8 bytes ⇄ signs (k).
//
// All sketches have the same length, √k, so no answer weighs more than its fee.

import { checkCodeCount } from './codes.ts'
import { MalformedError } from './malformed.ts'

/**
 * The sketch of an answer, from what its int4 codes were quantised from: `mapGradient` with sign 1.
 */
export function oneBitSketch(vector: Float32Array): Uint8Array {
  checkCodeCount(vector.length)
  return packBits(vector, (x, d) => {
    if (Number.isFinite(x)) return x >= 0
    throw new MalformedError(
      `Entry ${d} of a vector to sketch is ${x}`,
      { entry: d, value: x },
      'Every entry must be a finite number; look at the step that produced the gradients.',
    )
  })
}

/** q: +1 where a bit is set, −1 elsewhere. */
export function signsOf(bits: Uint8Array): Int8Array {
  return Int8Array.from({ length: bits.length * 8 }, (_, d) => (isSet(bits, d) ? 1 : -1))
}

/** The sketch with these signs. */
export function bitsOf(signs: Int8Array): Uint8Array {
  checkCodeCount(signs.length)
  return packBits(signs, (sign) => sign > 0)
}

export function isSet(bits: Uint8Array, d: number): boolean {
  return (((bits[d >> 3] as number) >> (7 - (d & 7))) & 1) === 1
}

/**
 * Refuses int4 codes that are not of the same answer: each that is not zero has the sign of its
 * bit.
 */
export function checkSigns(bits: Uint8Array, codes: Int8Array): void {
  if (codes.length !== bits.length * 8) {
    throw new MalformedError(
      `A query sketch of ${bits.length * 8} bits does not go with ${codes.length} codes`,
      { bits: bits.length * 8, codes: codes.length },
      'Both have one entry a dimension of the model.',
    )
  }
  const d = codes.findIndex((code, at) => code !== 0 && code > 0 !== isSet(bits, at))
  if (d < 0) return
  throw new MalformedError(
    `Code ${d} of a query is ${codes[d]}, but its bit is ${isSet(bits, d) ? 1 : 0}`,
    { dimension: d, code: codes[d] as number, bit: isSet(bits, d) },
    'Take bits and codes from the same vector.',
  )
}

function packBits<Entries extends Float32Array | Int8Array>(
  entries: Entries,
  isOne: (entry: number, d: number) => boolean,
): Uint8Array {
  const bits = new Uint8Array(entries.length / 8)
  for (let d = 0; d < entries.length; d++) {
    if (isOne(entries[d] as number, d)) bits[d >> 3] = (bits[d >> 3] as number) | (128 >> (d & 7))
  }
  return bits
}
