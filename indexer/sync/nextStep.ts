import type { Deployment } from '../../sdk/deployment.ts'
import type { Journals } from '../decode/journals.ts'
import type { Block } from '../store/schema.ts'
import { fetchStretch } from './fetchStretch.ts'
import type { Node } from './node.ts'
import { findAncestor, type StoredBlocks } from './reorg.ts'
import type { Step } from './step.ts'

/** Where the indexer stands and how far it may look. */
export interface Standpoint {
  readonly deployment: Deployment
  /** The newest stored block; none before the first. */
  readonly head: Block | undefined
  readonly journals: Journals
  readonly stored: StoredBlocks
  /** How many blocks back a reorg may reach. */
  readonly finalityDepth: bigint
  /** How many blocks to ask for at once. */
  readonly range: bigint
}

/** Looks once: is the node on our branch, and what comes next on it? */
export async function nextStep(node: Node, nodeHead: Block, at: Standpoint): Promise<Step> {
  const { head } = at
  if (head !== undefined) {
    const [theirs] = nodeHead.number === head.number ? [nodeHead] : await node.blocks(head.number, head.number)
    if (theirs?.hash !== head.hash) return await leftOurBranch(node, nodeHead, head, at)
  }
  const from = head === undefined ? BigInt(at.deployment.startBlock) : head.number + 1n
  if (nodeHead.number < from) return { kind: 'upToDate' }
  const end = from + at.range - 1n
  const to = end < nodeHead.number ? end : nodeHead.number
  return await fetchStretch(node, at.deployment, head, at.journals, from, to)
}

async function leftOurBranch(node: Node, nodeHead: Block, head: Block, at: Standpoint): Promise<Step> {
  const startBlock = BigInt(at.deployment.startBlock)
  const ancestor = await findAncestor(node, at.stored, head, startBlock, at.finalityDepth)
  const depth = head.number - ancestor
  const lags = nodeHead.number < head.number && ancestor === nodeHead.number
  return lags ? { kind: 'behind', nodeHead, depth } : { kind: 'reorged', ancestor, depth }
}
