// Where the Ledger keeps what is proven of it: slot of mapping[key] = keccak256(key ‖ mapping), each in 32 bytes.
// Tests hold the places to the contract. Whoever checks a proof takes the slot from here, never from whoever gave it.

import { encodeAbiParameters, type Hex, keccak256 } from 'viem'

const EARNINGS_MAPPING = 2n
const BONDS_MAPPING = 3n
const BATCHES_MAPPING = 6n
const VOIDED_MAPPING = 8n
const BITS_A_WORD = 256n

/** An account's earnings: epoch (32 bits), newer, older and matured (64 each). */
export function earningsSlot(account: bigint): Hex {
  return mapped(EARNINGS_MAPPING, account)
}

/** A model's bond: stopped (highest bit), epoch (32 bits), newer and older fees (64 each), balance (lowest 64). */
export function bondSlot(model: bigint): Hex {
  return mapped(BONDS_MAPPING, model)
}

/** A batch's commitment. */
export function commitmentSlot(batch: bigint): Hex {
  return mapped(BATCHES_MAPPING, batch)
}

/** The word in which the bit of a record says whether it was voided. */
export function voidedSlot(batch: bigint, position: bigint): Hex {
  return mapped(BigInt(mapped(VOIDED_MAPPING, batch)), position / BITS_A_WORD)
}

/** Whether the bit of a record is set in its word. */
export function isVoidedIn(word: Hex, position: bigint): boolean {
  return ((BigInt(word) >> (position % BITS_A_WORD)) & 1n) === 1n
}

function mapped(mapping: bigint, key: bigint): Hex {
  return keccak256(encodeAbiParameters([{ type: 'uint256' }, { type: 'uint256' }], [key, mapping]))
}
