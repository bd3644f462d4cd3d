import { StopError } from '../../sdk/errors.ts'
import type { Block } from '../block.ts'
import { MayPass, type Unsettled, unsettled } from '../contradiction.ts'
import type { Node } from '../node/node.ts'
import { NotThereYet } from '../node/nodeError.ts'
import { checkHeaders, type Header } from '../verify/header.ts'
import type { Verification } from '../verify/verification.ts'
import { brokenChain } from './brokenChain.ts'

/** The stored blocks, to compare with the node's. */
export type StoredBlocks = (from: bigint, to: bigint) => Promise<readonly Block[]>

const BLOCKS_A_LOOK = 32n

/** The chain left our branch below a final block. */
export class ReorgTooDeep extends StopError {
  constructor(node: Node, head: Block, finalised: bigint) {
    super(
      `The node at ${node.name} is on another branch than the stored history, and left it deeper than what counts as final`,
      { finalised, storedHead: head.number, storedHash: head.hash },
      'Check with another node which branch is right; if it is that one, index again from an empty database.',
    )
  }
}

export interface Ancestor {
  readonly kind: 'ancestor'
  readonly ancestor: bigint
}

interface Branch {
  /** Up to there the node has a block at every height. */
  readonly nodeHead: bigint
  readonly stored: StoredBlocks
  readonly verify: Verification
  /** The last final block: no reorg may roll it back. Undefined while none is final. */
  readonly finalised: bigint | undefined
}

/**
 * The last block that the node and we have in common, or the one before the first if there is none.
 * Walks down from our head to the final block at most. The node's blocks must chain all the way
 * down. Throws `MayPass` where they are on another branch all the way.
 */
export async function findAncestor(
  node: Node,
  { nodeHead, stored, verify, finalised }: Branch,
  head: Block,
  startBlock: bigint,
): Promise<Ancestor | Unsettled> {
  const beforeFirst = startBlock - 1n
  const lowest = finalised !== undefined && finalised > beforeFirst ? finalised : beforeFirst
  let above: Header | undefined
  for (let to = head.number; to > beforeFirst && to >= lowest; to -= BLOCKS_A_LOOK) {
    const bottom = to - BLOCKS_A_LOOK + 1n
    const from = bottom > startBlock ? bottom : startBlock
    const [ours, theirs] = await Promise.all([stored(from, to), node.blocks(from, to)])
    // A block that is missing shows no other branch.
    const missing = from + BigInt(theirs.length)
    if (missing <= to && missing <= nodeHead)
      throw new NotThereYet(node.name, 'a block below its head', { block: missing })
    const chain = above === undefined ? theirs : [...theirs, above]
    const lie = brokenChain(undefined, chain, from) ?? checkHeaders(verify, theirs)
    if (lie !== undefined) return unsettled(lie)
    const hashes = new Map(theirs.map(({ number, hash }) => [number, hash]))
    const common = ours.findLast(({ number, hash }) => hashes.get(number) === hash)
    if (common !== undefined && common.number >= lowest) return { kind: 'ancestor', ancestor: common.number }
    above = theirs[0]
  }
  if (lowest === beforeFirst) return { kind: 'ancestor', ancestor: beforeFirst }
  throw new MayPass(new ReorgTooDeep(node, head, lowest))
}
