// Which blocks count as final: those that the node tags, or those n blocks below the last stored
// one.
//
//   finalised' = max(finalised, min(node's finalised block, last))   by tag
//   finalised' = max(finalised, last − n)                            by depth, and where a node never had such a tag, n = 64
//   safe'      = max(finalised', min(node's safe block, last))       as the node last said: unlike the finalised block it may fall

import type { Hex } from 'viem'
import { type Contradiction, mayPass } from '../contradiction.ts'
import type { Node } from '../node/node.ts'
import { checkHeaders, type Header } from '../verify/header.ts'
import type { Verification } from '../verify/verification.ts'

/** The newest safe and finalised blocks; undefined where not known. */
export interface Finality {
  readonly safe?: bigint | undefined
  readonly finalised?: bigint | undefined
}

/** By the node's own tag, or by a depth in blocks. */
export type FinalityRule = 'tag' | bigint

/** The blocks that a node tags; undefined where it has no such tag. */
export interface Tagged {
  readonly safe: Header | undefined
  readonly finalised: Header | undefined
  /** It tagged a final block before: that it tags none now says nothing. */
  readonly hadFinalised?: boolean
}

/** The depth at which a block counts as final if the node has no tag. */
export const DEPTH_WITHOUT_TAG = 64n

/** Asks in one batch. With a depth rule the finalised tag is not used. */
export async function askTagged(node: Node, rule: FinalityRule): Promise<Tagged> {
  const [safe, finalised] = await Promise.all([
    node.tagged('safe'),
    rule === 'tag' ? node.tagged('finalized') : undefined,
  ])
  return { safe, finalised }
}

/**
 * What is wrong with the tags of a node on our branch: they must name blocks of that branch, whose
 * known hashes `hashAt` gives.
 */
export function falseTags(
  verify: Verification,
  { safe, finalised }: Tagged,
  hashAt: (block: bigint) => Hex | undefined,
): Contradiction | undefined {
  for (const [tag, header] of Object.entries({ safe, finalised })) {
    if (header === undefined) continue
    const lie = checkHeaders(verify, [header])
    if (lie !== undefined) return lie
    const ours = hashAt(header.number)
    if (ours === undefined || ours === header.hash) continue
    return mayPass({
      what: `The ${tag} block of a node is not on its own branch`,
      facts: { block: header.number, hash: header.hash, hashOnItsBranch: ours },
    })
  }
  return undefined
}

/**
 * The finality once the blocks up to `last` are stored. A final block stays final, whatever a node
 * says later. Blocks that are not stored count as neither, so that an invented height has no
 * lasting effect.
 */
export function finalityAfter(rule: FinalityRule, before: Finality, tagged: Tagged, last: bigint): Finality {
  const finalised = higher(before.finalised, finalBy(rule, tagged, last))
  const safe = tagged.safe === undefined ? undefined : higher(finalised, lower(tagged.safe.number, last))
  return { safe, finalised }
}

function finalBy(rule: FinalityRule, { finalised, hadFinalised }: Tagged, last: bigint): bigint | undefined {
  if (rule === 'tag' && finalised !== undefined) return lower(finalised.number, last)
  if (rule === 'tag' && hadFinalised === true) return undefined
  const depth = rule === 'tag' ? DEPTH_WITHOUT_TAG : rule
  return last < depth ? undefined : last - depth
}

function higher(a: bigint | undefined, b: bigint | undefined): bigint | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return a > b ? a : b
}

function lower(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}
