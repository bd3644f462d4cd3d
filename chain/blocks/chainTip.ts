import type { Node } from '../node/node.ts'
import type { Header } from '../verify/header.ts'
import { askTagged, type FinalityRule, type Tagged } from './finality.ts'

/** The newest block of a node, and the blocks that it calls safe and finalised. */
export interface ChainTip {
  readonly nodeHead: Header
  readonly tagged: Tagged
}

/** Asks for all of it at once. */
export async function readChainTip(node: Node, rule: FinalityRule): Promise<ChainTip> {
  const [nodeHead, tagged] = await Promise.all([node.latest(), askTagged(node, rule)])
  return { nodeHead, tagged }
}
