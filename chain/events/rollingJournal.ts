// sdk/journal.ts over many events, tested against it: the slot stays bytes between events, and logs
// are hashed in one buffer.
//
//   pair = slot (head 26 bytes ‖ count 6 bytes) ‖ event hash

import { bytesToHex, type Hex, hexToBytes } from 'viem'
import { bytes32 } from '../../attribution/bytes32.ts'
import { keccakBytes } from '../../attribution/keccak.ts'
import { eventHash } from '../../sdk/journal.ts'
import type { ChainLog } from './contracts.ts'

/** A journal slot that events are added to. */
export interface RollingJournal {
  add(log: Pick<ChainLog, 'topics' | 'data'>): void
  slot(): Hex
}

const WORD = 32
const HEAD = 26

/** Written and hashed synchronously, so that no two logs mix. */
let scratch = Buffer.alloc(4_096)

export function rollingJournal(slot: Hex): RollingJournal {
  const pair = new Uint8Array(2 * WORD)
  const view = new DataView(pair.buffer)
  pair.set(bytes32(slot))
  return {
    add: ({ topics, data }) => {
      pair.set(hashOf(topics, data), WORD)
      const count = view.getUint16(HEAD) * 2 ** 32 + view.getUint32(HEAD + 2) + 1
      pair.set(keccakBytes(pair))
      view.setUint16(HEAD, Math.floor(count / 2 ** 32))
      view.setUint32(HEAD + 2, count % 2 ** 32)
    },
    slot: () => bytesToHex(pair.subarray(0, WORD)),
  }
}

function hashOf(topics: readonly Hex[], data: Hex): Uint8Array {
  const size = topics.length * WORD + (data.length - 2) / 2
  if (size > scratch.length) scratch = Buffer.alloc(2 * size)
  let at = 0
  for (const topic of topics) at += topic.length === 2 + 2 * WORD ? scratch.write(topic.slice(2), at, 'hex') : 0
  at += scratch.write(data.slice(2), at, 'hex')
  // Node stops at a character that is not a hexadecimal digit: the plain implementation handles
  // such a log.
  return at === size ? keccakBytes(scratch.subarray(0, size)) : hexToBytes(eventHash(topics, data))
}
