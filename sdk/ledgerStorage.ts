// Where contracts keep what is proven of them, and what those words say: slot of mapping[key] = keccak256(key ‖ mapping), each in 32
// bytes. Tests hold the places to the contracts. Whoever checks a proof takes the slot from here, never from whoever gave it.
//
//   earnings   claimed gwei (64 bits) | earned gwei (lowest 64)                                              contracts/libraries/EarningsSlot.sol
//   bond       exposed (64) | held (64) | leaving (64) | balance (lowest 64), in gwei                         …/BondSlot.sol
//   charge     charged units (32) | covered units (32) | limit units (32) | signer (lowest 160)               …/ChargeSlot.sol
//   deposit    leaves at (40) | leaving (64) | withdrawn (64) | deposit (lowest 64), in gwei                  contracts/Channels.sol
//   book       isClosing | isSettled | closes at (40) | batches (32) | cover gwei (64) | units (lowest 64)    contracts/libraries/BookSlot.sol
//   batch      its commitment

import { type Address, encodeAbiParameters, type Hex, keccak256, numberToHex } from 'viem'
import { type BookKey, bookId } from './book.ts'

const EARNINGS_MAPPING = 8n
const BONDS_MAPPING = 5n
const BATCHES_MAPPING = 9n
const BOOKS_MAPPING = 5n
const CHARGES_MAPPING = 4n
const DEPOSITS_MAPPING = 5n

/** Of Earnings. */
export function earningsSlot(account: number): Hex {
  return mapped(EARNINGS_MAPPING, BigInt(account))
}

/** Of Bonds, by a bond's number (bond.ts). */
export function bondSlot(bond: bigint): Hex {
  return mapped(BONDS_MAPPING, bond)
}

/** Of the Ledger: a batch's commitment. */
export function commitmentSlot(batch: bigint): Hex {
  return mapped(BATCHES_MAPPING, batch)
}

/** Of the Ledger. */
export function bookSlot(book: BookKey): Hex {
  return mapped(BOOKS_MAPPING, bookId(book))
}

/** Of Channels, by a channel's id. */
export function chargeSlot(channel: Hex): Hex {
  return mapped(CHARGES_MAPPING, BigInt(channel))
}

/** Of Channels, by a channel's id. */
export function depositSlot(channel: Hex): Hex {
  return mapped(DEPOSITS_MAPPING, BigInt(channel))
}

export function earningsIn(word: Hex): { readonly earnedGwei: bigint; readonly claimedGwei: bigint } {
  const [earnedGwei = 0n, claimedGwei = 0n] = fieldsOf(word, 64, 64)
  return { earnedGwei, claimedGwei }
}

export interface StoredBond {
  readonly balanceGwei: bigint
  readonly leavingGwei: bigint
  readonly heldGwei: bigint
  /** 0 of a model's bond, whose exposure follows from its books. */
  readonly exposedGwei: bigint
}

export function bondIn(word: Hex): StoredBond {
  const [balanceGwei = 0n, leavingGwei = 0n, heldGwei = 0n, exposedGwei = 0n] = fieldsOf(word, 64, 64, 64, 64)
  return { balanceGwei, leavingGwei, heldGwei, exposedGwei }
}

export interface StoredCharge {
  readonly signer: Address
  readonly limitUnits: bigint
  readonly coveredUnits: bigint
  readonly chargedUnits: bigint
}

export function chargeIn(word: Hex): StoredCharge {
  const [signer = 0n, limitUnits = 0n, coveredUnits = 0n, chargedUnits = 0n] = fieldsOf(word, 160, 32, 32, 32)
  return { signer: numberToHex(signer, { size: 20 }), limitUnits, coveredUnits, chargedUnits }
}

export interface StoredDeposit {
  readonly depositGwei: bigint
  readonly withdrawnGwei: bigint
  readonly leavingGwei: bigint
  readonly leavesAt: bigint
}

export function depositIn(word: Hex): StoredDeposit {
  const [depositGwei = 0n, withdrawnGwei = 0n, leavingGwei = 0n, leavesAt = 0n] = fieldsOf(word, 64, 64, 64, 40)
  return { depositGwei, withdrawnGwei, leavingGwei, leavesAt }
}

export interface StoredBook {
  readonly units: bigint
  readonly coverGwei: bigint
  readonly batches: bigint
  /** Before a strike of the model, which closes its books. */
  readonly closesAt: bigint
  readonly isSettled: boolean
  /** Whether it closes with its epoch. */
  readonly isClosing: boolean
}

export function bookIn(word: Hex): StoredBook {
  const [units = 0n, coverGwei = 0n, batches = 0n, closesAt = 0n, isSettled, isClosing] = fieldsOf(
    word,
    64,
    64,
    32,
    40,
    1,
    1,
  )
  return { units, coverGwei, batches, closesAt, isSettled: isSettled === 1n, isClosing: isClosing === 1n }
}

/** The fields of a word, from the lowest, of so many bits each. */
function fieldsOf(word: Hex, ...sizes: readonly number[]): readonly bigint[] {
  let rest = BigInt(word)
  return sizes.map((bits) => {
    const field = BigInt.asUintN(bits, rest)
    rest >>= BigInt(bits)
    return field
  })
}

function mapped(mapping: bigint, key: bigint): Hex {
  return keccak256(encodeAbiParameters([{ type: 'uint256' }, { type: 'uint256' }], [key, mapping]))
}
