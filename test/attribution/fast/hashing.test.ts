import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { bytesToHex, hexToBytes } from 'viem'
import { describe, expect, it } from 'vitest'
import { hashRecords, merkleTreeOf } from '../../../attribution/fast/hashing.ts'
import { indexTreeOf } from '../../../attribution/fast/indexTree.ts'
import { encodeIndex, indexTree } from '../../../attribution/influenceIndex.ts'
import { keccakBytes } from '../../../attribution/keccak.ts'
import { merkleTree, NODE, rootOf } from '../../../attribution/merkle.ts'
import { randomSource } from '../../../attribution/random.ts'
import { packSketch } from '../../../attribution/sketch.ts'
import { ATTRIBUTION_KERNELS, compileKernels } from '../../../scripts/buildKernels.ts'
import { bytes, codes, hash } from '../../vectors/draw.ts'
import type { indexVectors } from '../../vectors/hashes.ts'
import { readVectors } from '../../vectors/read.ts'

const nodesOf = (leaves: Uint8Array) =>
  Array.from({ length: leaves.length / NODE }, (_, i) => bytesToHex(leaves.subarray(i * NODE, (i + 1) * NODE)))

describe('the attribution’s kernels', () => {
  it('are what their source compiles to', async () => {
    const compiled = Buffer.from(await compileKernels(ATTRIBUTION_KERNELS))
    expect(compiled.equals(readFileSync(ATTRIBUTION_KERNELS.wasm))).toBe(true)
  })
})

describe('hashing many records', () => {
  it('hashes each as it would be hashed alone, around every block of the sponge', () => {
    const sizes = fc.oneof(fc.integer({ min: 1, max: 600 }), fc.constantFrom(135, 136, 137, 271, 272, 273))
    fc.assert(
      fc.property(sizes, fc.integer({ min: 0, max: 5 }), fc.integer(), (size, count, seed) => {
        const records = bytes(randomSource(seed), size * count)
        const expected = Array.from({ length: count }, (_, i) =>
          keccakBytes(records.subarray(i * size, (i + 1) * size)),
        )
        expect(hashRecords(records, size)).toEqual(Uint8Array.from(expected.flatMap((one) => [...one])))
      }),
    )
  })

  it('goes on from one stretch of memory to the next', () => {
    const records = bytes(randomSource(1), 40_000 * 32)
    const hashes = hashRecords(records, 32)
    for (const i of [0, 32_767, 32_768, 39_999]) {
      expect(hashes.subarray(i * 32, (i + 1) * 32)).toEqual(keccakBytes(records.subarray(i * 32, (i + 1) * 32)))
    }
  })

  it('refuses bytes that are no records of that size', () => {
    expect(() => hashRecords(new Uint8Array(10), 3)).toThrow('no records of 3')
  })
})

describe('the fast Merkle tree', () => {
  it('is the plain one, level by level, equal neighbours and odd ends among them', () => {
    const leaves = fc.array(fc.constantFrom(...[0, 1, 2, 3, 4].map((seed) => hash(randomSource(seed)))), {
      maxLength: 40,
    })
    fc.assert(
      fc.property(leaves, (list) => {
        const joined = Uint8Array.from(list.flatMap((leaf) => [...hexToBytes(leaf)]))
        expect(merkleTreeOf(joined)).toEqual(merkleTree(list))
      }),
    )
  })

  it('is the plain one beyond a stretch of memory', () => {
    const leaves = bytes(randomSource(2), 40_001 * NODE) as Uint8Array<ArrayBuffer>
    expect(rootOf(merkleTreeOf(leaves))).toBe(rootOf(merkleTree(nodesOf(leaves))))
  })
})

describe('the fast tree over an influence index', () => {
  it('has the root of the vectors', () => {
    for (const { file, root } of readVectors<ReturnType<typeof indexVectors>[number]>('indexes.json'))
      expect(rootOf(indexTreeOf(hexToBytes(file)))).toBe(root)
  })

  it('is that of the index, an empty one’s too', () => {
    const next = randomSource(3)
    for (const count of [0, 1, 2, 1_000]) {
      const entries = Array.from({ length: count }, (_, row) => ({
        row,
        contribution: hash(next),
        itemHash: hash(next),
        sketch: packSketch(codes(next, 128)),
      }))
      const index = { dims: 128, rowCount: count, entries }
      expect(indexTreeOf(encodeIndex(index))).toEqual(indexTree(index))
    }
  })
})
