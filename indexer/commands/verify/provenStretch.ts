import { fetchPieces, joinStretch, type StretchStart } from '../../sync/fetchStretch.ts'
import type { Node } from '../../sync/node.ts'
import { RangeTooLarge } from '../../sync/nodeError.ts'
import type { Nodes } from '../../sync/nodes.ts'
import type { Stretch, Unsettled } from '../../sync/step.ts'

/** What the chain holds in some blocks, by receipts that hash to the headers. */
export interface ProvenStretch extends Stretch {
  readonly first: bigint
  readonly last: bigint
  readonly node: string
}

/** Asks nodes for proven answers until one gives them: each failure is the node's, and is reported. */
export interface Asker {
  /** Undefined where it was asked to end. */
  stretch(start: StretchStart, first: bigint, to: bigint): Promise<ProvenStretch | undefined>
  /** The same for any other question that may come out as a contradiction. */
  ask<T extends { readonly kind: string }>(
    question: (node: Node) => Promise<T | Unsettled>,
  ): Promise<Answer<T> | undefined>
}

interface Answer<T> {
  readonly node: string
  readonly answer: T
}

/** Where the journals are compared is for who verifies to say: all stretches are fetched as if they lay far below the head. */
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
          nodes.didWell(node, 'blocks')
          return { node: node.name, answer } as never
        }
        nodes.contradicted(node, 'blocks', (answer as Unsettled).contradiction)
      } catch (error) {
        if (signal.aborted) return undefined
        if (error instanceof RangeTooLarge) range = range > 1n ? range / 2n : 1n
        nodes.failed(node, 'blocks', error)
      }
    }
  }

  return {
    ask,
    stretch: async (start, first, to) => {
      const asked = await ask(async (node) => {
        const last = first + range - 1n < to ? first + range - 1n : to
        const pieces = fetchPieces(node, { ...start, nodeHead: last + FAR_ABOVE }, first, last)
        for await (const piece of pieces) return piece.kind === 'unsettled' ? piece : joinStretch(start, piece)
        throw new Error('A range without a block')
      })
      if (asked === undefined) return undefined
      const { node, answer } = asked
      if (answer.kind !== 'blocksAdded') throw new Error(`A stretch came out as ${answer.kind}`)
      range = range * 2n < maxRange ? range * 2n : maxRange
      return { ...answer, first, last: first + BigInt(answer.blocks.length) - 1n, node }
    },
  }
}
