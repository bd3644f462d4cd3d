// Which blocks count as settled: as the chain's own layer says by its tags, or so many blocks below the last that is stored.
//
//   finalised' = max(finalised, min(node's finalised block, last))   by tag
//   finalised' = max(finalised, last − n)                            by depth, and where a node has no such tag, n = 64
//   safe'      = max(finalised', min(node's safe block, last))       as last told: unlike the finalised block it may fall

import type { Hex } from 'viem'
import type { Contradiction } from '../contradiction.ts'
import type { Node } from '../node/node.ts'
import { checkHeaders, type Header } from '../verify/header.ts'
import type { Verification } from '../verify/verification.ts'

/** The newest blocks that the node called safe and finalised; undefined where it does not say. */
export interface Finality {
  readonly safe?: bigint | undefined
  readonly finalised?: bigint | undefined
}

/** By the node's own tag, or so many blocks deep. */
export type FinalityRule = 'tag' | bigint

/** What a node takes to be safe and final; undefined where it has no such notion. */
export interface Tagged {
  readonly safe: Header | undefined
  readonly finalised: Header | undefined
}

/** How deep a block must lie to count as final where a node does not say. */
export const DEPTH_WITHOUT_TAG = 64n

/** Asks in one batch; by depth, what the node takes to be final does not count. */
export async function askTagged(node: Node, rule: FinalityRule): Promise<Tagged> {
  const [safe, finalised] = await Promise.all([
    node.tagged('safe'),
    rule === 'tag' ? node.tagged('finalized') : undefined,
  ])
  return { safe, finalised }
}

/**
 * What is wrong with a node's tags, or nothing: it stands on our branch, so that what it calls safe or final must be blocks of
 * that branch. `hashAt` gives the hashes of those that we know.
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
    return {
      what: `The ${tag} block of a node is not on its own branch`,
      facts: { block: header.number, hash: header.hash, hashOnItsBranch: ours },
    }
  }
  return undefined
}

/**
 * What is known of finality once a node was heard and the blocks up to `last` are stored. What was final stays so, whatever a
 * node says later; what we do not have counts as neither, so that no invented height outlasts the node that told it.
 */
export function finalityAfter(rule: FinalityRule, before: Finality, tagged: Tagged, last: bigint): Finality {
  const finalised = higher(before.finalised, heardFinal(rule, tagged, last))
  const safe = tagged.safe === undefined ? undefined : higher(finalised, lower(tagged.safe.number, last))
  return { safe, finalised }
}

function heardFinal(rule: FinalityRule, { finalised }: Tagged, last: bigint): bigint | undefined {
  if (rule === 'tag' && finalised !== undefined) return lower(finalised.number, last)
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
