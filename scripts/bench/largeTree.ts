import { bytesToHex, type Hex } from 'viem'
import { bytes32 } from '../../attribution/bytes32.ts'
import { keccak } from '../../attribution/keccak.ts'
import { hashPair, type MerkleTree, NODE, rootOf } from '../../attribution/merkle.ts'
import { type Multiproof, multiproofOf } from '../../attribution/multiproof.ts'
import { randomSource } from '../../attribution/random.ts'

/** A tree of 2^20 leaves of which a few are known: what the others are, no proof depends on, so their nodes are drawn at random. */
export interface LargeTree {
  readonly root: Hex
  /** The way from the leaves at some positions, ascending, to the root. */
  readonly prove: (positions: readonly number[]) => Multiproof
}

export function largeTree(height: number, known: ReadonlyMap<number, Uint8Array>, seed: number): LargeTree {
  const random = randomSource(seed, height)
  const levels = Array.from({ length: height + 1 }, (_, level) => {
    const words = Uint32Array.from({ length: (2 ** (height - level) * NODE) / 4 }, random)
    return new Uint8Array(words.buffer)
  })
  const nodeAt = (level: number, place: number): Uint8Array =>
    (levels[level] as Uint8Array).subarray(place * NODE, (place + 1) * NODE)

  let places = new Set<number>()
  for (const [position, bytes] of known) {
    nodeAt(0, position).set(bytes32(keccak(bytes)))
    places.add(position)
  }
  for (let level = 1; level <= height; level++) {
    places = new Set([...places].map((place) => place >> 1))
    for (const place of places) {
      nodeAt(level, place).set(hashPair(nodeAt(level - 1, 2 * place), nodeAt(level - 1, 2 * place + 1)))
    }
  }
  const tree: MerkleTree = { leafCount: 2 ** height, levels }
  return { root: rootOf(tree), prove: (positions) => multiproofOf(tree, positions) }
}

/** Leaves' bytes one after the other. */
export function joined(parts: readonly Uint8Array[]): Hex {
  return `0x${parts.map((part) => bytesToHex(part).slice(2)).join('')}`
}
