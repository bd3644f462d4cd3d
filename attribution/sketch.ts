// Sketches: what is on chain of a gradient.
//
//   code_d = round(7 · x_d / max|x|), ties away from zero           after QLoRA-style absmax quantisation (Dettmers 2023)
//
// vector (k) f32 → codes (k) int8 in [-7, 7] → packed (k / 2) bytes, two's complement nibbles, even code high.
// docs/protocol.md, "Sketch".

import { MalformedError } from './malformed.ts'

export const MAX_CODE = 7
export const MAX_DIMS = 4096

/** Refuses a sketch length that no model can be registered with. */
export function checkDims(dims: number): void {
  if (Number.isInteger(dims) && dims >= 64 && dims <= MAX_DIMS && dims % 64 === 0) return
  throw new MalformedError(
    `A sketch cannot have ${dims} dimensions`,
    { dims },
    `Use a multiple of 64 from 64 to ${MAX_DIMS}.`,
  )
}

/**
 * Scales a vector by its own largest entry to int4 codes. Length is forgotten on purpose: it plays no part in a score.
 *
 * Takes float32 because then everything is exact: 7·|x| fits a double, and a quotient of two such numbers can only round
 * to a tie if it is one.
 */
export function quantise(vector: Float32Array): Int8Array {
  const codes = new Int8Array(vector.length)
  let largest = 0
  for (let d = 0; d < vector.length; d++) {
    const value = vector[d] as number
    const size = Math.abs(value)
    if (!(size < Infinity)) {
      throw new MalformedError(
        `Entry ${d} of a vector to sketch is ${value}`,
        { entry: d, value },
        'Every entry must be a finite number; look at the step that produced the gradients.',
      )
    }
    if (size > largest) largest = size
  }
  if (largest === 0) return codes

  for (let d = 0; d < vector.length; d++) {
    const x = vector[d] as number
    const size = Math.floor((MAX_CODE * Math.abs(x)) / largest + 0.5)
    codes[d] = x < 0 ? -size : size
  }
  return codes
}

/** Packs codes two a byte. */
export function packSketch(codes: Int8Array): Uint8Array {
  const packed = new Uint8Array(codes.length / 2)
  for (let i = 0; i < packed.length; i++) {
    const high = codes[2 * i] as number
    const low = codes[2 * i + 1] as number
    if (high < -MAX_CODE || high > MAX_CODE || low < -MAX_CODE || low > MAX_CODE) {
      throw new MalformedError(
        `Codes ${2 * i} and ${2 * i + 1} of a sketch are ${high} and ${low}`,
        { code: 2 * i, high, low },
        `Codes lie between -${MAX_CODE} and ${MAX_CODE}.`,
      )
    }
    packed[i] = ((high & 15) << 4) | (low & 15)
  }
  return packed
}

/** Unpacks codes; refuses the nibble 0x8, which stands for no code. */
export function unpackSketch(packed: Uint8Array): Int8Array {
  const invalid = findInvalidCode(packed)
  if (invalid >= 0) {
    throw new MalformedError(
      `Code ${invalid} of a packed sketch is the nibble 0x8`,
      { code: invalid },
      `Codes lie between -${MAX_CODE} and ${MAX_CODE}.`,
    )
  }
  const codes = new Int8Array(packed.length * 2)
  for (let i = 0; i < packed.length; i++) {
    const byte = packed[i] as number
    codes[2 * i] = (byte << 24) >> 28
    codes[2 * i + 1] = (byte << 28) >> 28
  }
  return codes
}

/** Index of the first code that is the nibble 0x8, or -1 where all are valid. */
export function findInvalidCode(packed: Uint8Array): number {
  for (let i = 0; i < packed.length; i++) {
    const byte = packed[i] as number
    if (byte >> 4 === 8) return 2 * i
    if ((byte & 15) === 8) return 2 * i + 1
  }
  return -1
}
