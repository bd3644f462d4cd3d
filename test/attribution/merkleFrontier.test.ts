import fc from 'fast-check'
import { type Hex, keccak256 } from 'viem'
import { describe, expect, it } from 'vitest'
import { appendLeaves, EMPTY_FRONTIER, frontierRoot } from '../../attribution/merkleFrontier.ts'
import { orderedRoot } from '../../attribution/orderedMerkle.ts'

const leaf = (i: number): Hex => keccak256(`0x${i.toString(16).padStart(4, '0')}`)

describe('a frontier', () => {
  it('has the root of the tree over all leaves, in whatever pages they came', () => {
    const pages = fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 8 })
    fc.assert(
      fc.property(pages, (sizes) => {
        let frontier = EMPTY_FRONTIER
        const leaves: Hex[] = []
        for (const size of sizes) {
          const page = Array.from({ length: size }, (_, i) => leaf(leaves.length + i))
          frontier = appendLeaves(frontier, page)
          leaves.push(...page)
          expect(frontierRoot(frontier)).toBe(orderedRoot(leaves))
        }
        expect(frontier.count).toBe(leaves.length)
      }),
    )
  })

  it('holds one node for every digit 1 of the count', () => {
    const leaves = Array.from({ length: 13 }, (_, i) => leaf(i))
    expect(appendLeaves(EMPTY_FRONTIER, leaves)).toEqual({
      count: 13,
      peaks: [orderedRoot(leaves.slice(0, 8)), orderedRoot(leaves.slice(8, 12)), leaf(12)],
    })
  })

  it('of no leaves has the root of none', () => {
    expect(frontierRoot(appendLeaves(EMPTY_FRONTIER, []))).toBe(`0x${'00'.repeat(32)}`)
  })

  it('takes no leaf that is not 32 bytes', () => {
    expect(() => appendLeaves(EMPTY_FRONTIER, ['0x12'])).toThrow('"0x12" is not a hash')
  })
})
