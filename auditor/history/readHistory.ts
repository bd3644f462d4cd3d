import { pause } from '../../chain/backoff.ts'
import type { Block } from '../../chain/block.ts'
import { fetchPieces, joinStretch, type Piece } from '../../chain/blocks/fetchStretch.ts'
import { type Prefetch, prefetch } from '../../chain/blocks/prefetch.ts'
import type { Step } from '../../chain/blocks/step.ts'
import { rangeAfterStretch } from '../../chain/blocks/stretchSize.ts'
import type { Contradiction, Unsettled } from '../../chain/contradiction.ts'
import type { ChainLog, Followed } from '../../chain/events/contracts.ts'
import type { Journals } from '../../chain/events/journals.ts'
import type { Node } from '../../chain/node/node.ts'
import { RangeTooLarge } from '../../chain/node/nodeError.ts'
import { type Range, rangeRefused, rangeUpTo } from '../../chain/node/range.ts'
import type { Header } from '../../chain/verify/header.ts'
import type { Verification } from '../../chain/verify/verification.ts'
import type { Deployment } from '../../sdk/deployment.ts'
import { RetryError, StopError } from '../../sdk/errors.ts'

/** Blocks that follow each other, with all events of the deployment in them, and the journals after them. */
export type Stretch = Extract<Step, { kind: 'blocksAdded' }>

export interface HistoryQuery {
  readonly node: Node
  readonly deployment: Deployment
  readonly followed: Followed
  readonly verify: Verification
  /** The last block, which is trusted: all others lead to it. */
  readonly target: Header
  /** The block that was read last, and the journals after it. */
  readonly head: Block | undefined
  readonly journals: Journals
  readonly signal: AbortSignal
  /** Another view of the events than the node's: tests give a corrupted one. */
  readonly view?: View | undefined
}

export type View = (logs: readonly ChainLog[]) => readonly ChainLog[]

/** The node's blocks, receipts or logs contradict each other, or the trusted block, and keep doing so. */
export class Refuted extends StopError {
  readonly contradiction: Contradiction

  constructor(node: string, contradiction: Contradiction) {
    super(
      `${contradiction.what}, according to the node at ${node}`,
      contradiction.facts,
      'Ask another node: what this one says of the block cannot be true.',
    )
    this.contradiction = contradiction
  }
}

const MOST_BLOCKS = 2_000n
const MOST_TRIES = 4
const WAIT_MS = 250

/** Reads the blocks up to `target` in order. Several ranges are fetched at once, and no more is held than these. */
export async function* readHistory(query: HistoryQuery): AsyncGenerator<Stretch, void> {
  const { node, deployment, target, signal } = query
  let { head, journals } = query
  let range = rangeUpTo(MOST_BLOCKS)
  let source: Prefetch | undefined
  let tries = 0
  const next = () => (head === undefined ? BigInt(deployment.startBlock) : head.number + 1n)
  const again = async (error: Error): Promise<void> => {
    source?.end()
    source = undefined
    tries += 1
    if (tries >= MOST_TRIES) throw error
    await pause(WAIT_MS * tries, signal)
  }
  try {
    while (next() <= target.number) {
      signal.throwIfAborted()
      source ??= prefetchFrom(query, next(), () => range)
      let piece: Piece | Unsettled | undefined
      try {
        piece = await source.next()
      } catch (error) {
        if (error instanceof RangeTooLarge) range = rangeRefused(range, source.asked(), error.limit)
        else if (!(error instanceof RetryError)) throw error
        await again(error as Error)
        continue
      }
      if (piece === undefined) {
        source = undefined
        continue
      }
      const step = piece.kind === 'unsettled' ? piece : joined(query, head, journals, piece)
      if (step.kind !== 'blocksAdded') {
        const refuted = new Refuted(node.name, step.contradiction)
        if (!step.contradiction.mayPass) throw refuted
        await again(refuted)
        continue
      }
      tries = 0
      range = rangeAfterStretch(range, source.asked(), step)
      head = step.blocks.at(-1) as Block
      journals = step.journals
      yield step
    }
  } finally {
    source?.end()
  }
}

function prefetchFrom(query: HistoryQuery, from: bigint, range: () => Range): Prefetch {
  const { node, deployment, followed, verify, target, signal } = query
  // Journals are compared once, at the audited block.
  const asked = { deployment, followed, verify, nodeHead: target.number, comparesLater: true }
  const fetch = (abortable: Node, first: bigint, last: bigint) => fetchPieces(abortable, asked, first, last, target)
  return prefetch(node.until(signal), fetch, from, target.number, () => range().size)
}

function joined(query: HistoryQuery, head: Block | undefined, journals: Journals, piece: Piece): Stretch | Unsettled {
  const { deployment, followed, verify, view = (logs) => logs } = query
  const seen = { ...piece, logs: view(piece.logs) }
  return joinStretch({ deployment, followed, verify, head, journals }, seen) as Stretch | Unsettled
}
