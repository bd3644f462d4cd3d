// Where contracts keep what is proven of them, and what those words say: slot of mapping[key] = keccak256(key ‖ mapping), each in 32
// bytes. Tests hold the places to the contracts. Anyone who checks a proof takes the slot from here, never from the proof.
//
//   earnings   claimed gwei (64 bits) | earned gwei (lowest 64)                                              contracts/libraries/EarningsSlot.sol
//   bond       exposed (64) | held (64) | leaving (64) | balance (lowest 64), in gwei                         …/BondSlot.sol
//   charge     charged units (32) | covered units (32) | limit units (32) | signer (lowest 160)               …/ChargeSlot.sol
//   deposit    leaves at (40) | leaving (64) | withdrawn (64) | deposit (lowest 64), in gwei                  contracts/Channels.sol
//   book       isCovered | isClosing | isSettled | closes at (40) | batches (32) | cover gwei (64) | units (lowest 64)    contracts/libraries/BookSlot.sol
//   opening    treasury bps (16) | given gwei (64) | min book gwei (64) | epoch (32) | window (32) | opened at (lowest 40)
//   batch      its commitment
//   model      isStruck | sketched | k / 64 (8 each) | fee unit gwei (32) | active from (40) | sheet (lowest 160), and
//              struck at (40) | floor, base, operator, contributor, royalty bps (16 each) | parent (32) | owner (lowest 32)
//   strike     fixed weights (128) and kept rows (32) that were struck so far | struck at (40) | unit (lowest 16), one after the other
//              from keccak256 of their count’s slot    contracts/Models.sol

import { type Address, encodeAbiParameters, type Hex, keccak256, numberToHex } from 'viem'
import { type BookKey, bookId } from './book.ts'

const EARNINGS_MAPPING = 8n
const BONDS_MAPPING = 5n
const BATCHES_MAPPING = 9n
const BOOKS_MAPPING = 5n
const CHARGES_MAPPING = 4n
const DEPOSITS_MAPPING = 5n
const OPENINGS_MAPPING = 6n
const MODELS_MAPPING = 5n
const STRIKES_MAPPING = 7n

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

/** Of the Ledger: what a book was opened with. */
export function openingSlot(book: BookKey): Hex {
  return mapped(OPENINGS_MAPPING, bookId(book))
}

/** Of Models: the two slots of a model. */
export function modelSlots(model: number): readonly [Hex, Hex] {
  const first = mapped(MODELS_MAPPING, BigInt(model))
  return [first, after(first, 1)]
}

/** Of Models: how many units of a model were struck. */
export function strikesSlot(model: number): Hex {
  return mapped(STRIKES_MAPPING, BigInt(model))
}

/** Of Models: one of a model's struck units, in the order in which they were struck. */
export function strikeSlot(model: number, index: number): Hex {
  return after(keccak256(strikesSlot(model)), index)
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
  /** Whether its model's bond covered when it took its first batch. */
  readonly isCovered: boolean
}

export function bookIn(word: Hex): StoredBook {
  const [units = 0n, coverGwei = 0n, batches = 0n, closesAt = 0n, ...flags] = fieldsOf(word, 64, 64, 32, 40, 1, 1, 1)
  const [isSettled = false, isClosing = false, isCovered = false] = flags.map((flag) => flag === 1n)
  return { units, coverGwei, batches, closesAt, isSettled, isClosing, isCovered }
}

export interface StoredOpening {
  readonly openedAt: number
  readonly windowSeconds: number
  readonly epochSeconds: number
  readonly minBookGwei: bigint
  readonly givenGwei: bigint
  readonly treasuryBps: number
}

export function openingIn(word: Hex): StoredOpening {
  const [openedAt, windowSeconds, epochSeconds, minBookGwei = 0n, givenGwei = 0n, treasuryBps] = fieldsOf(
    word,
    40,
    32,
    32,
    64,
    64,
    16,
  )
  return {
    openedAt: Number(openedAt),
    windowSeconds: Number(windowSeconds),
    epochSeconds: Number(epochSeconds),
    minBookGwei,
    givenGwei,
    treasuryBps: Number(treasuryBps),
  }
}

export interface StoredModel {
  /** The contract whose code says where units are; zero of a base model and of one that is not registered. */
  readonly sheet: Address
  readonly activeFrom: number
  readonly feeUnitGwei: bigint
  readonly dims: number
  readonly sketched: boolean
  readonly owner: number
  readonly parent: number
  readonly royaltyBps: number
  readonly contributorBps: number
  readonly operatorBps: number
  readonly baseBps: number
  readonly floorBps: number
  /** 0 of one that was not struck. */
  readonly struckAt: number
}

export function modelIn([served, terms]: readonly [Hex, Hex]): StoredModel {
  const [sheet = 0n, activeFrom, feeUnitGwei = 0n, steps, sketched] = fieldsOf(served, 160, 40, 32, 8, 8)
  const [owner, parent, royaltyBps, contributorBps, operatorBps, baseBps, floorBps, struckAt] = fieldsOf(
    terms,
    32,
    32,
    16,
    16,
    16,
    16,
    16,
    40,
  )
  return {
    sheet: numberToHex(sheet, { size: 20 }),
    activeFrom: Number(activeFrom),
    feeUnitGwei,
    dims: 64 * Number(steps),
    sketched: sketched === 1n,
    owner: Number(owner),
    parent: Number(parent),
    royaltyBps: Number(royaltyBps),
    contributorBps: Number(contributorBps),
    operatorBps: Number(operatorBps),
    baseBps: Number(baseBps),
    floorBps: Number(floorBps),
    struckAt: Number(struckAt),
  }
}

export function strikeIn(word: Hex): { readonly unit: number; readonly struckAt: number } {
  const [unit, struckAt] = fieldsOf(word, 16, 40)
  return { unit: Number(unit), struckAt: Number(struckAt) }
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

function after(slot: Hex, count: number): Hex {
  return numberToHex(BigInt(slot) + BigInt(count), { size: 32 })
}

function mapped(mapping: bigint, key: bigint): Hex {
  return keccak256(encodeAbiParameters([{ type: 'uint256' }, { type: 'uint256' }], [key, mapping]))
}
