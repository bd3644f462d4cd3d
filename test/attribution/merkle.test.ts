import fc from 'fast-check'
import { concat, type Hex, keccak256 } from 'viem'
import { describe, expect, it } from 'vitest'
import { merkleRoot, merkleTree, proofOf, rootOf, verifyProof } from '../../attribution/merkle.ts'

const leaf = (i: number): Hex => keccak256(`0x${i.toString(16).padStart(4, '0')}`)
const pair = (a: Hex, b: Hex): Hex => keccak256(a < b ? concat([a, b]) : concat([b, a]))
const counts = fc.integer({ min: 1, max: 70 })
const leavesOf = (count: number) => Array.from({ length: count }, (_, i) => leaf(i))

describe('a Merkle tree', () => {
  it('of none is 32 zero bytes, of one is that leaf', () => {
    expect(merkleRoot([])).toBe(`0x${'00'.repeat(32)}`)
    expect(merkleRoot([leaf(1)])).toBe(leaf(1))
  })

  it('hashes sorted pairs and moves an odd node up unchanged', () => {
    const [a, b, c, d, e] = [leaf(0), leaf(1), leaf(2), leaf(3), leaf(4)] as const
    expect(merkleRoot([a, b, c])).toBe(pair(pair(a, b), c))
    expect(merkleRoot([a, b, c, d, e])).toBe(pair(pair(pair(a, b), pair(c, d)), e))
  })

  it('proves every leaf of every size', () => {
    fc.assert(
      fc.property(counts, (count) => {
        const leaves = leavesOf(count)
        const tree = merkleTree(leaves)
        expect(leaves.every((hash, i) => verifyProof(rootOf(tree), hash, proofOf(tree, i)))).toBe(true)
      }),
      { numRuns: 30 },
    )
  })

  it('proves nothing else: another leaf, a changed sibling, a shorter proof', () => {
    fc.assert(
      fc.property(fc.integer({ min: 3, max: 40 }), fc.nat(), (count, at) => {
        const tree = merkleTree(leavesOf(count))
        const index = at % count
        const proof = proofOf(tree, index)
        const root = rootOf(tree)
        expect(verifyProof(root, leaf(count + 1), proof)).toBe(false)
        expect(verifyProof(root, leaf(index), proof.slice(1))).toBe(false)
        expect(verifyProof(root, leaf(index), [leaf(999), ...proof.slice(1)])).toBe(false)
      }),
      { numRuns: 30 },
    )
  })

  it('refuses a leaf that is not 32 bytes, and a place that is not in the tree', () => {
    expect(() => merkleTree(['0x1234'])).toThrow('"0x1234" is not a hash')
    expect(() => proofOf(merkleTree([leaf(0)]), 1)).toThrow('There is no leaf 1 in a tree of 1')
    expect(() => proofOf(merkleTree([leaf(0)]), -1)).toThrow('There is no leaf -1 in a tree of 1')
  })
})
