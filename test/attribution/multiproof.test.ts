import fc from 'fast-check'
import { type Hex, keccak256 } from 'viem'
import { describe, expect, it } from 'vitest'
import { merkleTree, proofOf, rootOf } from '../../attribution/merkle.ts'
import { multiproofOf, rootOfMultiproof } from '../../attribution/multiproof.ts'
import type { multiproofVectors } from '../vectors/hashes.ts'
import { readVectors } from '../vectors/read.ts'

const leaf = (i: number): Hex => keccak256(`0x${i.toString(16).padStart(4, '0')}`)
const treeOf = (count: number) => merkleTree(Array.from({ length: count }, (_, i) => leaf(i)))

/** A tree of up to 300 leaves, and some of them. */
const shown = fc.integer({ min: 1, max: 300 }).chain((count) =>
  fc.record({
    count: fc.constant(count),
    positions: fc
      .uniqueArray(fc.nat(count - 1), { minLength: 1, maxLength: Math.min(count, 40) })
      .map((drawn) => drawn.sort((a, b) => a - b)),
  }),
)

/** Nodes that no leaf shown lies below, though one lies below the node above them: what no proof can do without. */
function nodesNeeded(count: number, positions: readonly number[]): number {
  let needed = 0
  let known = new Set(positions)
  for (let width = count; width > 1; width = Math.ceil(width / 2)) {
    for (const place of known) if ((place ^ 1) < width && !known.has(place ^ 1)) needed++
    known = new Set([...known].map((place) => place >> 1))
  }
  return needed
}

describe('a multiproof', () => {
  it('is what the vectors say, and leads to their roots', () => {
    for (const { leaves, siblings, steps, root } of readVectors<ReturnType<typeof multiproofVectors>[number]>(
      'multiproofs.json',
    )) {
      expect(rootOfMultiproof(leaves, { siblings, steps })).toBe(root)
    }
  })

  it('leads from any leaves of any tree to its root, with the fewest siblings', () => {
    fc.assert(
      fc.property(shown, ({ count, positions }) => {
        const tree = treeOf(count)
        const proof = multiproofOf(tree, positions)
        expect(rootOfMultiproof(positions.map(leaf), proof)).toBe(rootOf(tree))
        expect(proof.siblings).toHaveLength(nodesNeeded(count, positions))
      }),
    )
  })

  it('of one leaf holds the siblings of its proof', () => {
    const tree = treeOf(41)
    for (const position of [0, 17, 40]) {
      const { siblings, steps } = multiproofOf(tree, [position])
      const proof = proofOf(tree, position)
      expect({ siblings, steps }).toEqual({
        siblings: proof,
        steps: `0x80${proof.length.toString(16).padStart(2, '0')}`,
      })
    }
  })

  it('of every leaf needs no sibling', () => {
    expect(multiproofOf(treeOf(5), [0, 1, 2, 3, 4])).toEqual({ siblings: [], steps: '0x808081808081818081' })
  })

  it('leads elsewhere from any other leaf, or with any other sibling', () => {
    fc.assert(
      fc.property(shown, fc.nat(), ({ count, positions }, at) => {
        const tree = treeOf(count)
        const proof = multiproofOf(tree, positions)
        const leaves = positions.map(leaf)
        const others = leaves.with(at % leaves.length, leaf(1_000))
        expect(rootOfMultiproof(others, proof)).not.toBe(rootOf(tree))
        if (proof.siblings.length === 0) return
        const siblings = proof.siblings.with(at % proof.siblings.length, leaf(1_000))
        expect(rootOfMultiproof(leaves, { ...proof, siblings })).not.toBe(rootOf(tree))
      }),
      { numRuns: 50 },
    )
  })

  it('is refused where a step lacks what it needs', () => {
    const refusals: [Hex[], Hex[], Hex, string][] = [
      [[leaf(0)], [], '0x8080', 'Step 1 of a multiproof fails'],
      [[leaf(0)], [], '0x8081', 'Step 1 of a multiproof fails'],
      [[leaf(0)], [leaf(1)], '0x8002', 'Step 1 of a multiproof fails'],
      [[leaf(0)], [leaf(1)], '0x0180', 'Step 0 of a multiproof fails'],
      [[leaf(0)], [], '0x8082', 'Step 1 of a multiproof fails'],
    ]
    for (const [leaves, siblings, steps, sentence] of refusals) {
      expect(() => rootOfMultiproof(leaves, { siblings, steps })).toThrow(sentence)
    }
  })

  it('is refused where its steps leave a node, a leaf or a sibling over', () => {
    const refusals: [Hex[], Hex[], Hex][] = [
      [[], [], '0x'],
      [[leaf(0), leaf(1)], [], '0x80'],
      [[leaf(0), leaf(1)], [], '0x8080'],
      [[leaf(0)], [leaf(1), leaf(2)], '0x8001'],
    ]
    for (const [leaves, siblings, steps] of refusals) {
      expect(() => rootOfMultiproof(leaves, { siblings, steps })).toThrow('A multiproof is unfinished')
    }
  })

  it('is not made of positions that repeat, descend or lie outside, nor of none', () => {
    const tree = treeOf(4)
    expect(() => multiproofOf(tree, [1, 1])).toThrow('Position 1 after 1 is no next leaf in a tree of 4')
    expect(() => multiproofOf(tree, [2, 1])).toThrow('Position 1 after 2 is no next leaf in a tree of 4')
    expect(() => multiproofOf(tree, [4])).toThrow('Position 4 after -1 is no next leaf in a tree of 4')
    expect(() => multiproofOf(tree, [])).toThrow('A multiproof of no leaves shows nothing')
  })
})
