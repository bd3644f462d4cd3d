// The bytes of a batch's sum, as they stand in its event, and the hash that its commitment names.
//
//   block    32 words of 32 bytes, for 256 dimensions
//   word j   eight lanes of 32 bits; lane i, from the left: P of the block's dimension 32 · i + j
//
// Dimensions at or above k are 0. docs/protocol.md, "Records and batches".
// P (k) ⇄ bytes (1,024 · ⌈k / 256⌉) → hash.

import { bytesToHex, type Hex } from 'viem'
import { checkCodeCount } from './codes.ts'
import { keccak } from './keccak.ts'
import { MalformedError } from './malformed.ts'
import { MAX_BATCH_UNITS } from './querySum.ts'

const BLOCK_DIMENSIONS = 256
const BLOCK_BYTES = 1_024
const WORD = 32
const LANE = 4
const NO_SUM: Hex = bytesToHex(new Uint8Array(WORD))

export function encodeSum(sum: Uint32Array): Uint8Array {
  checkLength(sum.length)
  const bytes = new Uint8Array(bytesOf(sum.length))
  const view = new DataView(bytes.buffer)
  sum.forEach((x, d) => {
    view.setUint32(laneOf(d), checkEntry(x, d))
  })
  return bytes
}

/** Reads a sum of k dimensions, and refuses what `encodeSum` would not have written. */
export function decodeSum(bytes: Uint8Array, k: number): Uint32Array {
  checkLength(k)
  const expected = bytesOf(k)
  if (bytes.length !== expected) {
    throw new MalformedError(
      `A sum of ${k} dimensions has ${expected} bytes; this one has ${bytes.length}`,
      { dimensions: k, expected, length: bytes.length },
      'Take the bytes from the batch’s event.',
    )
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const lanes = Uint32Array.from({ length: expected / LANE }, (_, d) => view.getUint32(laneOf(d)))
  const stray = lanes.findIndex((x, d) => d >= k && x !== 0)
  if (stray >= 0) {
    throw new MalformedError(
      `A sum of ${k} dimensions holds ${lanes[stray]} for dimension ${stray}`,
      { dimensions: k, dimension: stray, value: lanes[stray] as number },
      'Lanes of dimensions at or above k are zero.',
    )
  }
  return lanes.slice(0, k).map(checkEntry)
}

/** What a batch commits to: the hash of its sum's bytes, 32 zero bytes without sketches. */
export function sumHash(sum: Uint32Array): Hex {
  return sum.length === 0 ? NO_SUM : keccak(encodeSum(sum))
}

function bytesOf(k: number): number {
  return BLOCK_BYTES * Math.ceil(k / BLOCK_DIMENSIONS)
}

/** Where the lane of a dimension begins. */
function laneOf(d: number): number {
  const within = d % BLOCK_DIMENSIONS
  return BLOCK_BYTES * Math.floor(d / BLOCK_DIMENSIONS) + WORD * (within % WORD) + LANE * Math.floor(within / WORD)
}

/** A sum has the dimensions of its model, or none where the model's records carry no sketch. */
function checkLength(k: number): void {
  if (k !== 0) checkCodeCount(k)
}

function checkEntry(x: number, d: number): number {
  if (x <= MAX_BATCH_UNITS) return x
  throw new MalformedError(
    `Dimension ${d} of a batch’s sum is ${x}`,
    { dimension: d, sum: x },
    `The fees of a batch are at most ${MAX_BATCH_UNITS} units.`,
  )
}
