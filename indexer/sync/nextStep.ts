import type { Block } from '../store/schema.ts'
import { fetchStretch, type StretchStart } from './fetchStretch.ts'
import type { Node } from './node.ts'
import { findAncestor, type StoredBlocks } from './reorg.ts'
import { type Step, unsettled } from './step.ts'
import { checkHeaders, type Header } from './verify/header.ts'

/** Where the indexer stands and how far it may look. */
export interface Standpoint extends StretchStart {
  readonly stored: StoredBlocks
  /** How many blocks back a reorg may reach. */
  readonly finalityDepth: bigint
  /** How many blocks to ask for at once. */
  readonly range: bigint
}

/** Looks once: is the node on our branch, and what comes next on it? */
export async function nextStep(node: Node, nodeHead: Header, at: Standpoint): Promise<Step> {
  const { head } = at
  const lie = checkHeaders(at.verify, [nodeHead])
  if (lie !== undefined) return unsettled(lie)
  if (head !== undefined) {
    const [theirs] = nodeHead.number === head.number ? [nodeHead] : await node.blocks(head.number, head.number)
    if (theirs?.hash !== head.hash) return await leftOurBranch(node, nodeHead, head, at)
  }
  const from = head === undefined ? BigInt(at.deployment.startBlock) : head.number + 1n
  if (nodeHead.number < from) return { kind: 'upToDate' }
  const end = from + at.range - 1n
  const to = end < nodeHead.number ? end : nodeHead.number
  return await fetchStretch(node, at, from, to, nodeHead.number)
}

async function leftOurBranch(node: Node, nodeHead: Header, head: Block, at: Standpoint): Promise<Step> {
  const startBlock = BigInt(at.deployment.startBlock)
  const found = await findAncestor(node, at, head, startBlock)
  if (found.kind === 'unsettled') return found
  const { ancestor } = found
  const depth = head.number - ancestor
  const lags = nodeHead.number < head.number && ancestor === nodeHead.number
  return lags ? { kind: 'behind', nodeHead, depth } : { kind: 'reorged', ancestor, depth }
}
