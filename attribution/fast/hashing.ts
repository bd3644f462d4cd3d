// Many keccak256 hashes at once, a stretch of memory at a time, whatever the number.
//
// records (n × size bytes) → hashes (n × 32);  level (n × 32) → level above (⌈n/2⌉ × 32), as `merkleTree` builds it.

import { type MerkleTree, NODE } from '../merkle.ts'
import { createWorkspace } from './kernels.ts'

const STRETCH = 1 << 20
const STATE = 200
const BLOCK = 136

const { kernels, buffer, take } = createWorkspace([STRETCH, STRETCH, STATE, BLOCK])
const [input, output, state, block] = [take(STRETCH), take(STRETCH), take(STATE), take(BLOCK)]
const memory = new Uint8Array(buffer)

/** keccak256 of each of the records, of `size` bytes from 1 to 2^20, that lie one after the other. */
export function hashRecords(records: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const count = records.length / size
  if (!Number.isInteger(count) || size > STRETCH) throw new Error(`${records.length} bytes are no records of ${size}.`)
  const hashes = new Uint8Array(count * NODE)
  const most = Math.min(Math.floor(STRETCH / size), STRETCH / NODE)
  for (let from = 0; from < count; from += most) {
    const part = Math.min(most, count - from)
    memory.set(records.subarray(from * size, (from + part) * size), input)
    kernels.hashRecords(input, size, part, output, state, block)
    hashes.set(memory.subarray(output, output + part * NODE), from * NODE)
  }
  return hashes
}

/** `merkleTree` of leaves that lie one after the other. */
export function merkleTreeOf(leaves: Uint8Array<ArrayBuffer>): MerkleTree {
  const levels = [leaves]
  let level = leaves
  while (level.length > NODE) {
    level = levelAbove(level)
    levels.push(level)
  }
  return { leafCount: leaves.length / NODE, levels }
}

function levelAbove(level: Uint8Array): Uint8Array<ArrayBuffer> {
  const count = level.length / NODE
  const pairs = Math.floor(count / 2)
  const above = new Uint8Array(Math.ceil(count / 2) * NODE)
  const most = STRETCH / (2 * NODE)
  for (let from = 0; from < pairs; from += most) {
    const part = Math.min(most, pairs - from)
    memory.set(level.subarray(2 * from * NODE, 2 * (from + part) * NODE), input)
    kernels.hashPairs(input, part, output, state)
    above.set(memory.subarray(output, output + part * NODE), from * NODE)
  }
  // An odd last node moves up unchanged.
  if (count % 2 === 1) above.set(level.subarray((count - 1) * NODE), pairs * NODE)
  return above
}
