import type { Node } from '../node/node.ts'
import type { Header } from '../verify/header.ts'
import { askTagged, type FinalityRule, type Tagged } from './finality.ts'

/** The newest block of a node, and the blocks that it calls safe and finalised. */
export interface ChainTip {
  readonly nodeHead: Header
  readonly tagged: Tagged
}

/** What a node tagged, when its head was `at`. */
export interface KnownTags {
  readonly node: string
  readonly at: bigint
  readonly tagged: Tagged
}

/** Tags move by an epoch of 32 blocks, and to know them later only makes fewer blocks count as final. */
const BLOCKS_A_TAG = 32n

/** What a node tags, with whether it ever tagged a final block: a node that was restarted has no tag for a while. */
export function withMemory(tagging: Set<string>, node: string, tagged: Tagged): Tagged {
  if (tagged.finalised === undefined) return tagging.has(node) ? { ...tagged, hadFinalised: true } : tagged
  tagging.add(node)
  return tagged
}

/** Asks for the head, and for the tags where those that are known are of another node or old. */
export async function readChainTip(
  node: Node,
  rule: FinalityRule,
  known: KnownTags | undefined,
  head: bigint | undefined,
): Promise<ChainTip & { readonly hasNewTags: boolean }> {
  const isKnown = known?.node === node.name && head !== undefined && head < known.at + BLOCKS_A_TAG
  const [nodeHead, tagged] = await Promise.all([node.latest(), isKnown ? known.tagged : askTagged(node, rule)])
  return { nodeHead, tagged, hasNewTags: !isKnown }
}
