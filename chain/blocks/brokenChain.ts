import type { Block } from '../block.ts'
import { type Contradiction, mayPass } from '../contradiction.ts'

/** The first place where blocks from `from` on do not follow each other, or `parent`. */
export function brokenChain(
  parent: Block | undefined,
  blocks: readonly Block[],
  from: bigint,
): Contradiction | undefined {
  let before = parent
  for (const [i, block] of blocks.entries()) {
    const expected = from + BigInt(i)
    if (block.number !== expected) {
      return mayPass({
        what: 'A block has another number than requested',
        facts: { block: expected, given: block.number },
      })
    }
    if (before !== undefined && block.parentHash !== before.hash) {
      return mayPass({
        what: 'A block does not follow the one before it',
        facts: { block: block.number, parentHash: block.parentHash, expected: before.hash },
      })
    }
    before = block
  }
  return undefined
}
