// Yellow Paper 4.4.1: 2048 bits, of which each address and each topic that was logged sets three.
//
//   bit k of x = 2047 − (the k-th pair of bytes of keccak256(x), mod 2048)    k = 0, 1, 2

import type { Hex } from 'viem'
import { keccakBytes } from '../../attribution/keccak.ts'
import { bytesOf } from './bytes.ts'

const BLOOM_BYTES = 256

/** Three bits of a bloom filter, each as the place of its byte and its mask there. */
export type BloomBits = readonly { readonly byte: number; readonly mask: number }[]

/** The bits that a log sets by its address, or by one of its topics. */
export function bloomBits(addressOrTopic: Hex): BloomBits {
  const hash = keccakBytes(bytesOf(addressOrTopic))
  const view = new DataView(hash.buffer, hash.byteOffset)
  return [0, 2, 4].map((at) => {
    const bit = view.getUint16(at) % (8 * BLOOM_BYTES)
    return { byte: BLOOM_BYTES - 1 - (bit >> 3), mask: 1 << (bit & 7) }
  })
}

export const NO_BLOOM: Hex = `0x${'00'.repeat(BLOOM_BYTES)}`

/** The bloom filter of logs, for receipts that leave it out. */
export function bloomOfLogs(logs: readonly { readonly address: Hex; readonly topics: readonly Hex[] }[]): Hex {
  if (logs.length === 0) return NO_BLOOM
  const bloom = Buffer.alloc(BLOOM_BYTES)
  const logged = new Set(logs.flatMap(({ address, topics }) => [address, ...topics]))
  for (const { byte, mask } of [...logged].flatMap(bloomBits)) bloom[byte] = (bloom[byte] as number) | mask
  return `0x${bloom.toString('hex')}`
}

/** False if no log in the block sets these bits; true if one may. */
export function mayHold(bloom: Uint8Array, bits: BloomBits): boolean {
  return bits.every(({ byte, mask }) => ((bloom[byte] ?? 0) & mask) !== 0)
}

/** Whether `whole` is the bloom filter of everything in `blooms` and of nothing else. */
export function isUnionOf(whole: Hex, blooms: readonly Hex[]): boolean {
  words.fill(0)
  for (const bloom of blooms) {
    bytes.write(bloom.slice(2), 'hex')
    for (let i = 0; i < words.length; i++) words[i] = (words[i] as number) | (wordsOfBytes[i] as number)
  }
  bytes.write(whole.slice(2), 'hex')
  return words.every((word, i) => word === wordsOfBytes[i])
}

const words = new Uint32Array(BLOOM_BYTES / 4)
const wordsOfBytes = new Uint32Array(BLOOM_BYTES / 4)
const bytes = Buffer.from(wordsOfBytes.buffer)
