// The journal: a contract's rolling hash of every event it emits, in one storage slot.
//
//   eventHash = keccak256(t0 ‖ … ‖ tn ‖ data)
//   slot'     = keccak256(slot ‖ eventHash) with its lower 48 bits replaced by count + 1
//
// `head (upper 208 bits) | count (lower 48 bits)`. contracts/interfaces/IJournal.sol.

import { bytesToHex, encodeAbiParameters, type Hex, hexToBytes, keccak256, toBytes } from 'viem'
import { bytes32 } from '../attribution/bytes32.ts'
import { keccak, keccakBytes } from '../attribution/keccak.ts'

/** What the slot holds before the first event. */
export const EMPTY_JOURNAL: Hex = `0x${'00'.repeat(32)}`

/** Where the slot is, in every contract: the ERC-7201 position of the namespace `attribution.journal`. */
export const JOURNAL_SLOT: Hex = erc7201('attribution.journal')

export type Journal = { readonly count: number; readonly head: Hex }

/** Reads the slot. */
export function journalOf(slot: Hex): Journal {
  const bytes = bytes32(slot)
  return { count: countOf(bytes), head: bytesToHex(bytes.subarray(0, 26)) }
}

/** The hash of one event. */
export function eventHash(topics: readonly Hex[], data: Hex): Hex {
  return keccak(...topics.map(bytes32), hexToBytes(data))
}

/** The slot after one more event. */
export function journalStep(slot: Hex, hash: Hex): Hex {
  const before = bytes32(slot)
  const after = keccakBytes(before, bytes32(hash))
  const count = countOf(before) + 1
  const view = new DataView(after.buffer, after.byteOffset)
  view.setUint16(26, Math.floor(count / 2 ** 32))
  view.setUint32(28, count % 2 ** 32)
  return bytesToHex(after)
}

function countOf(slot: Uint8Array): number {
  const view = new DataView(slot.buffer, slot.byteOffset)
  return view.getUint16(26) * 2 ** 32 + view.getUint32(28)
}

function erc7201(namespace: string): Hex {
  const position = BigInt(keccak256(toBytes(namespace))) - 1n
  const slot = keccak256(encodeAbiParameters([{ type: 'uint256' }], [position]))
  return `${slot.slice(0, -2) as Hex}00`
}
