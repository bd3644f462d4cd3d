import { StopError } from '../../sdk/errors.ts'
import type { Block } from '../store/schema.ts'
import { brokenChain } from './brokenChain.ts'
import type { Node } from './node.ts'
import { type Unsettled, unsettled } from './step.ts'
import { checkHeaders, type Header } from './verify/header.ts'
import type { Verification } from './verify/verification.ts'

/** Our own blocks, to hold the node's against. */
export type StoredBlocks = (from: bigint, to: bigint) => Promise<readonly Block[]>

const BLOCKS_A_LOOK = 32n

/** The chain left our branch for good below what we took to be final. */
export class ReorgTooDeep extends StopError {}

export interface Ancestor {
  readonly kind: 'ancestor'
  readonly ancestor: bigint
}

interface Branch {
  readonly stored: StoredBlocks
  readonly verify: Verification
  /** How many blocks back a reorg may reach. */
  readonly finalityDepth: bigint
}

/**
 * The last block that the node and we have in common, or the one before the first if the whole history was left. Walks down
 * from our head, and no deeper than `finalityDepth`. The node's blocks must chain all the way: half a reorg is none.
 */
export async function findAncestor(
  node: Node,
  { stored, verify, finalityDepth }: Branch,
  head: Block,
  startBlock: bigint,
): Promise<Ancestor | Unsettled> {
  const beforeFirst = startBlock - 1n
  const final = head.number - finalityDepth
  const lowest = final > beforeFirst ? final : beforeFirst
  let above: Header | undefined
  for (let to = head.number; to > beforeFirst && to >= lowest; to -= BLOCKS_A_LOOK) {
    const bottom = to - BLOCKS_A_LOOK + 1n
    const from = bottom > startBlock ? bottom : startBlock
    const [ours, theirs] = await Promise.all([stored(from, to), node.blocks(from, to)])
    const chain = above === undefined ? theirs : [...theirs, above]
    const lie = brokenChain(undefined, chain, from) ?? checkHeaders(verify, theirs)
    if (lie !== undefined) return unsettled(lie)
    const hashes = new Map(theirs.map(({ number, hash }) => [number, hash]))
    const common = ours.findLast(({ number, hash }) => hashes.get(number) === hash)
    if (common !== undefined && common.number >= lowest) return { kind: 'ancestor', ancestor: common.number }
    above = theirs[0]
  }
  if (lowest === beforeFirst) return { kind: 'ancestor', ancestor: beforeFirst }
  throw new ReorgTooDeep(
    `The node at ${node.name} is on another branch than the stored history, and left it deeper than what counts as final`,
    { storedHead: head.number, finalityDepth, storedHash: head.hash },
    'Check with another node which branch is right; then raise the finality depth, or index again from an empty database.',
  )
}
