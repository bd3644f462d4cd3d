import type { Block } from '../../../chain/block.ts'
import { brokenChain } from '../../../chain/blocks/brokenChain.ts'
import { type Unsettled, unsettled } from '../../../chain/contradiction.ts'
import type { Node } from '../../../chain/node/node.ts'
import { checkHeaders, type Header } from '../../../chain/verify/header.ts'

export interface SameBranch {
  readonly kind: 'sameBranch'
  readonly header: Header
}

/**
 * The last proven block is gone: the chain was reorganised, or the node is behind. Neither is a
 * contradiction.
 */
export interface OtherBranch {
  readonly kind: 'otherBranch'
}

/** Whether a node's chain contains `head`, the last proven block. */
export async function branchOf(node: Node, head: Block): Promise<SameBranch | OtherBranch | Unsettled> {
  const theirs = await node.blocks(head.number, head.number)
  const lie = brokenChain(undefined, theirs, head.number) ?? checkHeaders('receipts', theirs)
  if (lie !== undefined) return unsettled(lie)
  const [header] = theirs
  return header?.hash === head.hash ? { kind: 'sameBranch', header } : { kind: 'otherBranch' }
}
