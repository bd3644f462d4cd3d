import { type Hex, hexToBytes } from 'viem'

// What transactions cost: EIP-2028 for bytes and execution, or the floor of their bytes (EIP-7623), whichever is more.

export interface ByteCounts {
  readonly zero: number
  readonly nonzero: number
}

export interface GasRules {
  /** The least that a byte costs, whatever is executed. */
  readonly floor: ByteCounts
  /** What a storage slot costs that was empty before. */
  readonly newSlot: number
  /** The most gas of one transaction (EIP-7825). */
  readonly transaction: number
}

/** Osaka, by which the snapshot was measured. */
export const OSAKA: GasRules = { floor: { zero: 10, nonzero: 40 }, newSlot: 20_000, transaction: 2 ** 24 }

/** As drafted for Glamsterdam: EIP-7976, and EIP-8037 with 64 bytes a slot at 1,530 a byte. */
export const GLAMSTERDAM: GasRules = { floor: { zero: 64, nonzero: 64 }, newSlot: 97_920, transaction: 2 ** 24 }

const TRANSACTION = 21_000
const ZERO_BYTE = 4
const NONZERO_BYTE = 16

export const NO_BYTES: ByteCounts = { zero: 0, nonzero: 0 }

/** A transaction without what it executes. */
export function intrinsicGas(bytes: ByteCounts): number {
  return TRANSACTION + bytesGas(bytes)
}

/** What bytes add to a transaction. */
export function bytesGas({ zero, nonzero }: ByteCounts): number {
  return ZERO_BYTE * zero + NONZERO_BYTE * nonzero
}

/** @param newSlots How many slots it writes that were empty; `execution` counts them as Osaka does. */
export function transactionGas(bytes: ByteCounts, execution: number, rules: GasRules, newSlots = 0): number {
  const dearer = newSlots * (rules.newSlot - OSAKA.newSlot)
  const floor = TRANSACTION + rules.floor.zero * bytes.zero + rules.floor.nonzero * bytes.nonzero
  return Math.max(intrinsicGas(bytes) + execution, floor) + dearer
}

export function byteCounts(data: Hex): ByteCounts {
  const bytes = hexToBytes(data)
  const zero = bytes.reduce((count, byte) => count + (byte === 0 ? 1 : 0), 0)
  return { zero, nonzero: bytes.length - zero }
}

export function plus(a: ByteCounts, b: ByteCounts): ByteCounts {
  return { zero: a.zero + b.zero, nonzero: a.nonzero + b.nonzero }
}

export function times({ zero, nonzero }: ByteCounts, factor: number): ByteCounts {
  return { zero: zero * factor, nonzero: nonzero * factor }
}

export function difference(a: ByteCounts, b: ByteCounts): ByteCounts {
  return plus(a, times(b, -1))
}

export function lengthOf({ zero, nonzero }: ByteCounts): number {
  return zero + nonzero
}
