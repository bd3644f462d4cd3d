import type { Block } from '../../store/schema.ts'
import { brokenChain } from '../../sync/brokenChain.ts'
import type { Node } from '../../sync/node.ts'
import { type Unsettled, unsettled } from '../../sync/step.ts'
import { checkHeaders, type Header } from '../../sync/verify/header.ts'

export interface SameBranch {
  readonly kind: 'sameBranch'
  readonly header: Header
}

/** What was proven last is not there any more: the chain was reorganised, or the node stands below it. Neither is a lie. */
export interface OtherBranch {
  readonly kind: 'otherBranch'
}

/** Whether a node's chain goes through `head`, up to which all was proven. */
export async function branchOf(node: Node, head: Block): Promise<SameBranch | OtherBranch | Unsettled> {
  const theirs = await node.blocks(head.number, head.number)
  const lie = brokenChain(undefined, theirs, head.number) ?? checkHeaders('receipts', theirs)
  if (lie !== undefined) return unsettled(lie)
  const [header] = theirs
  return header?.hash === head.hash ? { kind: 'sameBranch', header } : { kind: 'otherBranch' }
}
