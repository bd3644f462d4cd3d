// Where Solidity keeps mappings and packed structs.
//
//   slot of mapping[key]   keccak256(key ‖ mapping), 32 bytes each
//   element i of an array  keccak256(slot of the array) + i
//   packed fields          from the lowest bit on, in the order of their declaration

import { type Hex, numberToHex } from 'viem'
import { bytes32 } from '../../attribution/bytes32.ts'
import { keccak } from '../../attribution/keccak.ts'

/** A field of a packed word, and how many bits it has. */
export type Field = readonly [value: bigint | number, bits: number]

/** The word of packed fields, from the lowest. */
export function packed(...fields: readonly Field[]): bigint {
  let word = 0n
  let shift = 0n
  for (const [value, bits] of fields) {
    // What events lead to may fit no field, where they are not those of the contract.
    word |= BigInt.asUintN(bits, BigInt(value)) << shift
    shift += BigInt(bits)
  }
  return word
}

export function plainSlot(slot: number): Hex {
  return numberToHex(slot, { size: 32 })
}

/** The slot of a key of a mapping, whose own slot is given; of nested mappings, key by key. */
export function mappedSlot(mapping: number, ...keys: readonly (bigint | number | Hex)[]): Hex {
  return keys.reduce<Hex>((slot, key) => keccak(bytes32(wordOf(key)), bytes32(slot)), plainSlot(mapping))
}

export function slotAfter(slot: Hex, count: number): Hex {
  return numberToHex(BigInt(slot) + BigInt(count), { size: 32 })
}

export function wordOf(value: bigint | number | Hex): Hex {
  return numberToHex(BigInt.asUintN(256, BigInt(value)), { size: 32 })
}
