import type { Block } from '../block.ts'
import { unsettled } from '../contradiction.ts'
import type { Node } from '../node/node.ts'
import { checkHeaders, type Header } from '../verify/header.ts'
import { fetchStretch, type StretchStart } from './fetchStretch.ts'
import { findAncestor, type StoredBlocks } from './reorg.ts'
import type { Step } from './step.ts'

/** The stored position, and how far to look from it. */
export interface Standpoint extends StretchStart {
  readonly stored: StoredBlocks
  /** The last block that counts as final; undefined while none does. */
  readonly finalised: bigint | undefined
  /** How many blocks to ask for at once. */
  readonly range: bigint
}

/** Compares the node's branch with ours, and fetches the next blocks on it. */
export async function nextStep(node: Node, nodeHead: Header, at: Standpoint): Promise<Step> {
  const { head } = at
  const lie = checkHeaders(at.verify, [nodeHead])
  if (lie !== undefined) return unsettled(lie)
  if (head !== undefined && !follows(head, nodeHead)) {
    const [theirs] = nodeHead.number === head.number ? [nodeHead] : await node.blocks(head.number, head.number)
    if (theirs?.hash !== head.hash) return await leftOurBranch(node, nodeHead, head, at)
  }
  const from = head === undefined ? BigInt(at.deployment.startBlock) : head.number + 1n
  if (nodeHead.number < from) return { kind: 'upToDate' }
  const end = from + at.range - 1n
  const to = end < nodeHead.number ? end : nodeHead.number
  return await fetchStretch(node, at, from, to, nodeHead)
}

/** Whether the node's head is the next block: that alone proves that it is on our branch. */
function follows(head: Block, nodeHead: Header): boolean {
  return nodeHead.number === head.number + 1n && nodeHead.parentHash === head.hash
}

async function leftOurBranch(node: Node, nodeHead: Header, head: Block, at: Standpoint): Promise<Step> {
  if (nodeHead.number < head.number) {
    const [ours] = await at.stored(nodeHead.number, nodeHead.number)
    if (ours?.hash === nodeHead.hash) return { kind: 'behind', nodeHead, depth: head.number - nodeHead.number }
  }
  const branch = { ...at, nodeHead: nodeHead.number }
  const found = await findAncestor(node, branch, head, BigInt(at.deployment.startBlock))
  if (found.kind === 'unsettled') return found
  return { kind: 'reorged', ancestor: found.ancestor, depth: head.number - found.ancestor }
}
