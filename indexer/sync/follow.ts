import { RetryError } from '../../sdk/errors.ts'
import { type DecodeContext, decodeLogs } from '../decode/decode.ts'
import { appendBlocks } from '../store/appendBlocks.ts'
import { databaseError } from '../store/databaseError.ts'
import { blocksBetween, loadPosition, type Position } from '../store/position.ts'
import type { Block } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import { undoAbove } from '../store/undo.ts'
import { backoff, pause } from './backoff.ts'
import { NodeContradictsItself } from './contradiction.ts'
import { nextStep } from './nextStep.ts'
import type { Node } from './node.ts'
import { RangeTooLarge, StateGone } from './nodeError.ts'
import type { Step } from './step.ts'

export interface FollowOptions {
  /** How many blocks back a reorg may reach. */
  readonly finalityDepth: bigint
  readonly pollMs: number
  /** The most blocks to ask for at once; halved when the node finds it too much, and grown again. */
  readonly maxRange: bigint
}

/** Hears what becomes of the sync: for `/ready`, `_meta`, and the command's terminal. */
export interface Listener {
  looked(nodeHead: Block): void
  stored(head: Block): void
  undone(ancestor: bigint, depth: bigint): void
  caughtUp(): void
  troubled(error: RetryError): void
}

/** How often the same look may fail to fit together before that is put down to the node and not to bad timing. */
const CONTRADICTIONS_BELIEVED = 5

/** As far as a node without old state may make us reach for the state that it still has. */
const LONGEST_RANGE = 100_000n

/** How many looks a node may stand behind us before it counts as rolled back. */
const LOOKS_BEHIND = 5

/**
 * Follows the chain until `signal` says to stop. What may pass is tried again after ever longer waits; what cannot pass is
 * thrown, with nothing of the offending blocks stored.
 */
export async function follow(
  node: Node,
  store: Store,
  context: DecodeContext,
  options: FollowOptions,
  listener: Listener,
  signal: AbortSignal,
): Promise<void> {
  const waits = backoff()
  let range = options.maxRange
  let contradictions = 0
  let looksBehind = 0
  let position: Position | undefined

  const look = async (from: Position): Promise<Step> => {
    const nodeHead = await node.latest()
    listener.looked(nodeHead)
    return await nextStep(node, nodeHead, {
      deployment: context.deployment,
      head: from.head,
      journals: from.journals,
      stored: (first, last) => blocksBetween(store.write, first, last),
      finalityDepth: options.finalityDepth,
      range,
    })
  }

  /** Where the step leads; undefined where the database must be asked. */
  const take = async (step: Step, from: Position): Promise<Position | undefined> => {
    contradictions = step.kind === 'unsettled' ? contradictions + 1 : 0
    looksBehind = step.kind === 'behind' ? looksBehind + 1 : 0
    switch (step.kind) {
      case 'blocksAdded': {
        const head = step.blocks.at(-1)
        if (head === undefined) throw new Error('A step forward without a block')
        const { facts, terms } = decodeLogs(context, from.terms, step.logs)
        await appendBlocks(store, { blocks: step.blocks, facts, journalMoves: step.journalMoves })
        listener.stored(head)
        range = smaller(range * 2n, options.maxRange)
        return { head, journals: step.journals, terms }
      }
      case 'upToDate':
        listener.caughtUp()
        await pause(options.pollMs, signal)
        return from
      case 'behind':
        if (looksBehind < LOOKS_BEHIND) {
          await pause(options.pollMs, signal)
          return from
        }
        return await undo(step.nodeHead.number, step.depth)
      case 'reorged':
        return await undo(step.ancestor, step.depth)
      case 'unsettled':
        if (contradictions >= CONTRADICTIONS_BELIEVED) throw new NodeContradictsItself(node.name, step.contradiction)
        await pause(options.pollMs, signal)
        return from
    }
  }

  const undo = async (ancestor: bigint, depth: bigint): Promise<undefined> => {
    await undoAbove(store, ancestor)
    listener.undone(ancestor, depth)
  }

  while (!signal.aborted) {
    try {
      position ??= await loadPosition(store.write)
      position = await take(await look(position), position)
      waits.reset()
    } catch (cause) {
      if (signal.aborted) return
      const error = databaseError(cause)
      if (!(error instanceof RetryError)) throw error
      // Whatever failed may have failed half-way: only the database knows where it stands.
      position = undefined
      if (error instanceof RangeTooLarge) range = range > 1n ? range / 2n : 1n
      if (error instanceof StateGone) range = smaller(range * 4n, LONGEST_RANGE)
      listener.troubled(error)
      await waits.wait(signal)
    }
  }
}

function smaller(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}
