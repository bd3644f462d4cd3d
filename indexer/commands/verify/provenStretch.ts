import { fetchPieces, joinStretch, type StretchStart } from '../../../chain/blocks/fetchStretch.ts'
import type { Stretch } from '../../../chain/blocks/step.ts'
import type { Unsettled } from '../../../chain/contradiction.ts'
import type { Node } from '../../../chain/node/node.ts'
import { RangeTooLarge, Unexplained } from '../../../chain/node/nodeError.ts'
import type { Nodes } from '../../../chain/node/nodes.ts'
import { branchOf, type OtherBranch } from './branch.ts'

/** A stretch proven by receipts that hash to the headers. */
export interface ProvenStretch extends Stretch {
  readonly kind: 'proven'
  readonly first: bigint
  readonly last: bigint
  readonly node: string
}

/** The end of the node's chain, or of the blocks to verify. */
export interface NothingMore {
  readonly kind: 'nothingMore'
}

/**
 * Asks nodes until one gives a proven answer. Each failure is recorded in the node's health and
 * reported.
 */
export interface Asker {
  /** The next proven blocks from `first`, up to `to` at most. Undefined if aborted. */
  stretch(
    start: StretchStart,
    first: bigint,
    to: bigint,
  ): Promise<ProvenStretch | NothingMore | OtherBranch | undefined>
  /** The same for any other question whose answer may be a contradiction. */
  ask<T extends { readonly kind: string }>(
    question: (node: Node) => Promise<T | Unsettled>,
  ): Promise<Answer<T> | undefined>
}

interface Answer<T> {
  readonly node: string
  readonly answer: T
}

/**
 * Stretches are fetched as if far below the head, so that journals are not compared in between but
 * once at the end.
 */
const FAR_ABOVE = 1_000_000n

export function askerOf(nodes: Nodes, maxRange: bigint, signal: AbortSignal): Asker {
  let range = maxRange

  const ask: Asker['ask'] = async (question) => {
    for (;;) {
      const node = await nodes.next(signal)
      if (node === undefined) return undefined
      try {
        const answer = await question(node)
        if (answer.kind !== 'unsettled') {
          nodes.succeeded(node, 'blocks')
          return { node: node.name, answer } as never
        }
        nodes.contradicted(node, 'blocks', (answer as Unsettled).contradiction)
      } catch (error) {
        if (signal.aborted) return undefined
        if (error instanceof RangeTooLarge || error instanceof Unexplained) range = range > 1n ? range / 2n : 1n
        nodes.failed(node, 'blocks', error)
      }
    }
  }

  return {
    ask,
    stretch: async (start, first, to) => {
      const asked = await ask(async (node) => {
        const [nodeHead, branch] = await Promise.all([node.latest(), start.head && branchOf(node, start.head)])
        if (branch !== undefined && branch.kind !== 'sameBranch') return branch
        const last = [first + range - 1n, to, nodeHead.number].reduce((a, b) => (a < b ? a : b))
        if (last < first) return { kind: 'nothingMore' } as const
        const pieces = fetchPieces(node, { ...start, nodeHead: last + FAR_ABOVE }, first, last)
        for await (const piece of pieces) return piece.kind === 'unsettled' ? piece : joinStretch(start, piece)
        throw new Error('The range has no block')
      })
      if (asked === undefined) return undefined
      const { node, answer } = asked
      if (answer.kind === 'nothingMore' || answer.kind === 'otherBranch') return answer
      if (answer.kind !== 'blocksAdded') throw new Error(`A stretch came out as ${answer.kind}`)
      range = range * 2n < maxRange ? range * 2n : maxRange
      return { ...answer, kind: 'proven', first, last: first + BigInt(answer.blocks.length) - 1n, node }
    },
  }
}
