import { type Hex, stringToBytes } from 'viem'
import { describe, expect, it } from 'vitest'
import { proofOf, rootOf, verifyProof } from '../../attribution/merkle.ts'
import { contributionId, itemHash, itemLeaf, itemsTree } from '../../sdk/contribution.ts'
import type { contributionVectors } from '../vectors/hashes.ts'
import { readVectors } from '../vectors/read.ts'

describe('a contribution', () => {
  it('commits to its salted items and is named by what it is, as the vectors say', () => {
    for (const vector of readVectors<ReturnType<typeof contributionVectors>[number]>('contributions.json')) {
      const hashes = vector.items.map(({ salt, content }) => itemHash(salt, stringToBytes(content)))
      const tree = itemsTree(hashes)
      expect(hashes).toEqual(vector.items.map((item) => item.itemHash))
      expect(rootOf(tree)).toBe(vector.root)
      expect(contributionId(vector.dataset, vector.contributor, vector.root, hashes.length)).toBe(vector.contribution)
      expect(hashes.every((hash, i) => verifyProof(vector.root, itemLeaf(hash), proofOf(tree, i)))).toBe(true)
    }
  })

  it('hides an item behind its salt', () => {
    const salt = (byte: string): Hex => `0x${byte.repeat(32)}`
    const content = stringToBytes('the same text')
    expect(itemHash(salt('01'), content)).not.toBe(itemHash(salt('02'), content))
    expect(() => itemHash('0x01', content)).toThrow('"0x01" is not a hash')
  })
})
