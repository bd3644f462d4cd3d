import { followedAtHead } from '../../chain/blocks/followedAtHead.ts'
import type { Position } from '../../chain/blocks/position.ts'
import type { Stretch } from '../../chain/blocks/step.ts'
import type { ContractName, Sources } from '../../chain/events/contracts.ts'
import { decodeLogs } from '../../chain/events/decode.ts'
import type { Terms } from '../../chain/events/terms.ts'
import { type Meter, timed } from '../../chain/meter.ts'
import type { Header } from '../../chain/verify/header.ts'
import { appendBlocks } from '../store/appendBlocks.ts'
import type { Store } from '../store/store.ts'
import type { Stored } from './listener.ts'

/** Decodes and stores stretches. One is stored while the next is fetched and decoded. */
export interface PipelinedWriter {
  /** Begins to store a stretch once the one before it is stored; gives the position after it. */
  append(stretch: Stretch, node: string, from: Position): Promise<Position>
  /** Resolves once everything appended is stored; rejects with its failure. */
  isStored(): Promise<void>
  /** Waits for what is under way, and drops its failure. */
  abandon(): Promise<void>
}

export function pipelinedWriter(
  store: Store,
  sources: Sources,
  meter: Meter,
  stored: (stretch: Stretch, stored: Stored) => void,
): PipelinedWriter {
  let storing: Promise<void> = Promise.resolve()
  return {
    append: async (stretch, node, from) => {
      const { blocks, logs, journals, journalMoves, journalsBy, verdict, finality } = stretch
      const [first, head] = [blocks[0], blocks.at(-1)]
      if (first === undefined || head === undefined) throw new Error('The stretch has no block')
      const { facts, terms } = await timed(meter, 'decode', () => decodeLogs(sources.followed, from.terms, logs))
      const contracts = followedAtHead(sources, from).contracts.map(({ name }) => name)
      await storing
      storing = timed(meter, 'store', () =>
        appendBlocks(store, { blocks, facts, journalMoves, verdict, journals: journalsBy, finality, node, contracts }),
      ).then(() => stored(stretch, { first: first.number, head, events: facts.length, verdict, finality, node }))
      // The next reader of the database awaits it, and gets its failure.
      storing.catch(() => {})
      return positionAfter(from, { head, journals, terms, finality }, contracts)
    },
    isStored: () => storing,
    abandon: async () => {
      await storing.catch(() => {})
      storing = Promise.resolve()
    },
  }
}

/** The position once a stretch is stored whose facts come from `contracts`. */
export function positionAfter(
  from: Position,
  after: Pick<Position, 'journals' | 'finality'> & { readonly head: Header; readonly terms: Terms },
  contracts: readonly ContractName[],
): Position {
  const cursors = new Map([...from.cursors, ...contracts.map((name) => [name, after.head.number] as const)])
  return { ...from, ...after, cursors }
}
