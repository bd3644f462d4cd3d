import { bytesToHex, type Hex } from 'viem'
import { merkleTree, proofOf, rootOf } from '../../attribution/merkle.ts'
import { randomSource } from '../../attribution/random.ts'
import { contributionId, itemHash, itemsTree } from '../../sdk/contribution.ts'
import { EMPTY_JOURNAL, eventHash, journalStep } from '../../sdk/journal.ts'
import { bytes, hash, integer } from './draw.ts'

/** Trees of every small size, with the proof of every leaf. */
export function merkleVectors() {
  const next = randomSource(5)
  return [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 33].map((count) => {
    const leaves = Array.from({ length: count }, () => hash(next))
    const tree = merkleTree(leaves)
    return { leaves, root: rootOf(tree), proofs: leaves.map((_, i) => proofOf(tree, i)) }
  })
}

/** Contributions: salted items, their root, and the contribution's name. */
export function contributionVectors() {
  const next = randomSource(7)
  return [1, 2, 5].map((count, i) => {
    const items = Array.from({ length: count }, () => ({
      salt: hash(next),
      content: JSON.stringify({ label: integer(next, 2), text: `été ${integer(next, 1000)}` }),
    }))
    const hashes = items.map(({ salt, content }) => itemHash(salt, new TextEncoder().encode(content)))
    const root = rootOf(itemsTree(hashes))
    return {
      dataset: i + 1,
      contributor: 40 + i,
      items: items.map((item, at) => ({ ...item, itemHash: hashes[at] as Hex })),
      root,
      contribution: contributionId(i + 1, 40 + i, root, count),
    }
  })
}

/** Events of one to four topics, and the journal after each. */
export function journalVectors() {
  const next = randomSource(8)
  let slot = EMPTY_JOURNAL
  return Array.from({ length: 12 }, (_, i) => {
    const topics = Array.from({ length: 1 + (i % 4) }, () => hash(next))
    const data = bytesToHex(bytes(next, 32 * integer(next, 4)))
    const eventHashed = eventHash(topics, data)
    slot = journalStep(slot, eventHashed)
    return { topics, data, eventHash: eventHashed, slot }
  })
}
