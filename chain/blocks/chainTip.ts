import type { Node } from '../node/node.ts'
import type { Header } from '../verify/header.ts'
import { askTagged, type FinalityRule, type Tagged } from './finality.ts'

/** Where a node says that the chain stands. */
export interface Sight {
  readonly nodeHead: Header
  readonly tagged: Tagged
}

/** All of it is asked at once. */
export async function sightOf(node: Node, rule: FinalityRule): Promise<Sight> {
  const [nodeHead, tagged] = await Promise.all([node.latest(), askTagged(node, rule)])
  return { nodeHead, tagged }
}
