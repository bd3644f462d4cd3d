import fc from 'fast-check'
import { concat, type Hex, keccak256 } from 'viem'
import { describe, expect, it } from 'vitest'
import { rootOf } from '../../attribution/merkle.ts'
import {
  orderedPath,
  orderedRoot,
  orderedTree,
  replaceLeaf,
  rootAlong,
  standsAt,
} from '../../attribution/orderedMerkle.ts'

const leaf = (i: number): Hex => keccak256(`0x${i.toString(16).padStart(4, '0')}`)
const pair = (left: Hex, right: Hex): Hex => keccak256(concat([left, right]))
const leavesOf = (count: number) => Array.from({ length: count }, (_, i) => leaf(i))

/** A tree of up to 70 leaves, and one of its places. */
const places = fc
  .integer({ min: 1, max: 70 })
  .chain((count) => fc.record({ count: fc.constant(count), place: fc.nat(count - 1) }))

describe('an ordered Merkle tree', () => {
  it('of none is 32 zero bytes, of one is that leaf', () => {
    expect(orderedRoot([])).toBe(`0x${'00'.repeat(32)}`)
    expect(orderedRoot([leaf(1)])).toBe(leaf(1))
  })

  it('hashes left and right as they stand, and moves an odd last node up', () => {
    const [a, b, c, d, e] = [leaf(0), leaf(1), leaf(2), leaf(3), leaf(4)] as const
    expect(orderedRoot([a, b])).toBe(pair(a, b))
    expect(orderedRoot([b, a])).toBe(pair(b, a))
    expect(orderedRoot([a, b, c])).toBe(pair(pair(a, b), c))
    expect(orderedRoot([a, b, c, d, e])).toBe(pair(pair(pair(a, b), pair(c, d)), e))
  })

  it('lists siblings upwards, and none where a node is an odd last one', () => {
    const [a, b, c, d, e] = [leaf(0), leaf(1), leaf(2), leaf(3), leaf(4)] as const
    const tree = orderedTree([a, b, c, d, e])
    expect(orderedPath(tree, 4)).toEqual({ place: 4, count: 5, siblings: [pair(pair(a, b), pair(c, d))] })
    expect(orderedPath(tree, 2)).toEqual({ place: 2, count: 5, siblings: [d, pair(a, b), e] })
  })

  it('shows every leaf at its place, and at no other', () => {
    fc.assert(
      fc.property(places, fc.nat(), ({ count, place }, other) => {
        const tree = orderedTree(leavesOf(count))
        const [root, path] = [rootOf(tree), orderedPath(tree, place)]
        expect(standsAt(root, leaf(place), path)).toBe(true)
        expect(rootAlong(leaf(place), path)).toBe(root)
        const moved = other % count
        expect(standsAt(root, leaf(place), { ...path, place: moved })).toBe(moved === place)
      }),
    )
  })

  it('shows nothing else: another leaf, a changed sibling, more or fewer siblings, a place beyond the last', () => {
    fc.assert(
      fc.property(places, ({ count, place }) => {
        const tree = orderedTree(leavesOf(count))
        const [root, path] = [rootOf(tree), orderedPath(tree, place)]
        const stands = (changed: Partial<typeof path>, shown = leaf(place)) =>
          standsAt(root, shown, { ...path, ...changed })
        expect(stands({}, leaf(999))).toBe(false)
        expect(stands({ siblings: [...path.siblings, leaf(0)] })).toBe(false)
        expect(stands({ place: count })).toBe(false)
        expect(stands({ place: -1 })).toBe(false)
        if (count === 1) return
        expect(stands({ siblings: path.siblings.slice(1) })).toBe(false)
        expect(stands({ siblings: path.siblings.with(0, leaf(999)) })).toBe(false)
      }),
    )
  })

  it('gets the root that it would have with a leaf replaced, along the leaf’s path', () => {
    fc.assert(
      fc.property(places, ({ count, place }) => {
        const leaves = leavesOf(count)
        const tree = orderedTree(leaves)
        const replaced = replaceLeaf(rootOf(tree), leaf(place), leaf(999), orderedPath(tree, place))
        expect(replaced).toBe(orderedRoot(leaves.with(place, leaf(999))))
      }),
    )
  })

  it('replaces no leaf that does not stand there', () => {
    const tree = orderedTree(leavesOf(5))
    expect(() => replaceLeaf(rootOf(tree), leaf(1), leaf(9), orderedPath(tree, 2))).toThrow(
      `Leaf ${leaf(1)} does not stand at place 2 of 5 under the root ${rootOf(tree)}`,
    )
    expect(() => rootAlong(leaf(0), { place: 4, count: 5, siblings: [] })).toThrow(
      'A path of 0 siblings does not lead from place 4 of 5 leaves to their root',
    )
  })
})
