// The bytes of the total of a model's units, as they are registered, and their hash.
//
//   lane          T_d + 2^29 in 32 bits: never negative
//   block         256 dimensions, up to 32 words of eight lanes
//   word 8v + s   lane i, from the left: the block's dimension 64v + 8i + 7 − s
//
// So a dimension lies where its code does in a packed sketch. docs/protocol.md, "Units".
// T (k) ⇄ bytes (4k) → hash. With 1,024 units |T_d| ≤ 1,024 · 65,535 · 7 < 2^29.

import type { Hex } from 'viem'
import { checkCodeCount } from './codes.ts'
import { keccak } from './keccak.ts'
import { MalformedError } from './malformed.ts'
import { MAX_CODE } from './sketch.ts'
import { MAX_UNITS } from './unitPlan.ts'
import { MAX_SCALE } from './unitSketch.ts'

const LANE = 4
const WORD = 32
/** Of 64 dimensions. */
const GROUP = 256
const BIAS = 2 ** 29
const MAX_TOTAL = MAX_UNITS * MAX_SCALE * MAX_CODE

/** @param total `totalOf` a model's units; empty of a model without sketches. */
export function encodeUnitTotal(total: Float64Array): Uint8Array {
  checkLength(total.length)
  const bytes = new Uint8Array(LANE * total.length)
  const view = new DataView(bytes.buffer)
  total.forEach((x, d) => {
    view.setUint32(laneOf(d), checkEntry(x, d) + BIAS)
  })
  return bytes
}

/** Reads a total, and refuses what `encodeUnitTotal` would not have written. */
export function decodeUnitTotal(bytes: Uint8Array): Float64Array {
  checkLength(bytes.length / LANE)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Float64Array.from({ length: bytes.length / LANE }, (_, d) => checkEntry(view.getUint32(laneOf(d)) - BIAS, d))
}

/** What a model is registered with. */
export function unitTotalHash(total: Float64Array): Hex {
  return keccak(encodeUnitTotal(total))
}

/** Where the lane of a dimension begins. */
export function laneOf(d: number): number {
  return GROUP * (d >> 6) + WORD * (7 - (d & 7)) + LANE * ((d >> 3) & 7)
}

function checkLength(k: number): void {
  if (k !== 0) checkCodeCount(k)
}

function checkEntry(x: number, d: number): number {
  if (Number.isInteger(x) && Math.abs(x) <= MAX_TOTAL) return x
  throw new MalformedError(
    `Dimension ${d} of the total of a model’s units is ${x}`,
    { dimension: d, total: x },
    `It is a whole number, and of ${MAX_UNITS} units at most ${MAX_TOTAL} either way.`,
  )
}
