import { RetryError, StopError } from '../../sdk/errors.ts'
import { type DecodeContext, decodeLogs } from '../decode/decode.ts'
import { appendBlocks } from '../store/appendBlocks.ts'
import { databaseError } from '../store/databaseError.ts'
import { blocksBetween, loadPosition, type Position } from '../store/position.ts'
import type { Block } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import { undoAbove } from '../store/undo.ts'
import { backoffMs, pause } from './backoff.ts'
import { FalseAnswer } from './contradiction.ts'
import { nextStep } from './nextStep.ts'
import type { Node } from './node.ts'
import { RangeTooLarge, StateGone } from './nodeError.ts'
import type { Nodes, Overtaken } from './nodes.ts'
import type { Step } from './step.ts'
import type { Header } from './verify/header.ts'
import type { Verification } from './verify/verification.ts'

export interface FollowOptions {
  readonly verify: Verification
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
  overtaken(overtaken: Overtaken): void
}

/** As far as a node without old state may make us reach for the state that it still has. */
const LONGEST_RANGE = 100_000n

/** How many looks each node may stand behind us before the chain counts as rolled back. */
const LOOKS_BEHIND = 5

/** How many looks that find nothing new before the other nodes are asked whether there is. */
const IDLE_LOOKS = 8

/** One look at the chain through one node. */
interface Looked {
  readonly node: Node
  readonly nodeHead: Header
  readonly step: Step
}

/** A look at what comes after blocks that are still being stored. */
interface LookAhead {
  readonly from: Position
  readonly looked: Promise<Looked | undefined>
}

/**
 * Follows the chain until `signal` says to stop. What may pass is tried again after ever longer waits, and with another node;
 * what cannot pass is thrown, with nothing of the offending blocks stored.
 */
export async function follow(
  nodes: Nodes,
  store: Store,
  context: DecodeContext,
  options: FollowOptions,
  listener: Listener,
  signal: AbortSignal,
): Promise<void> {
  let range = options.maxRange
  let databaseFailures = 0
  let looksBehind = 0
  let idleLooks = 0
  let position: Position | undefined
  let ahead: LookAhead | undefined

  const lookThrough = async (node: Node, from: Position): Promise<Looked> => {
    const nodeHead = await node.latest()
    const step = await nextStep(node, nodeHead, {
      deployment: context.deployment,
      followed: context.followed,
      verify: options.verify,
      head: from.head,
      journals: from.journals,
      stored: (first, last) => blocksBetween(store.write, first, last),
      finalityDepth: options.finalityDepth,
      range,
    })
    return { node, nodeHead, step }
  }

  /** Undefined where nothing came of it; the node has been seen to. */
  const look = async (from: Position): Promise<Looked | undefined> => {
    const early = ahead?.from === from ? await ahead.looked : undefined
    ahead = undefined
    if (early?.step.kind === 'blocksAdded') return early
    const node = await nodes.next(signal)
    if (node === undefined) return undefined
    try {
      return await lookThrough(node, from)
    } catch (error) {
      if (signal.aborted) return undefined
      if (error instanceof RangeTooLarge) range = range > 1n ? range / 2n : 1n
      if (error instanceof StateGone) range = smaller(range * 4n, LONGEST_RANGE)
      if (error instanceof RetryError) nodes.failed(node, error)
      else if (error instanceof StopError) nodes.giveUp(node, error)
      else throw error
      return undefined
    }
  }

  /** While blocks are decoded and stored, the next are fetched and verified. What does not simply follow is looked at again. */
  const lookAhead = ({ node, nodeHead }: Looked, from: Position): void => {
    if (from.head === undefined || from.head.number >= nodeHead.number) return
    ahead = { from, looked: lookThrough(node, from).catch(() => undefined) }
  }

  /** Where the step leads; undefined where the database must be asked. */
  const take = async (looked: Looked, from: Position): Promise<Position | undefined> => {
    const { node, nodeHead, step } = looked
    listener.looked(nodeHead)
    looksBehind = step.kind === 'behind' ? looksBehind + 1 : 0
    idleLooks = step.kind === 'upToDate' ? idleLooks + 1 : 0
    if (step.kind !== 'unsettled') nodes.didWell(node)
    switch (step.kind) {
      case 'blocksAdded': {
        const head = step.blocks.at(-1)
        if (head === undefined) throw new Error('A step forward without a block')
        const { facts, terms } = decodeLogs(context, from.terms, step.logs)
        const next = { ...from, head, journals: step.journals, terms }
        range = smaller(range * 2n, options.maxRange)
        lookAhead(looked, next)
        await appendBlocks(store, {
          blocks: step.blocks,
          facts,
          journalMoves: step.journalMoves,
          verdict: options.verify === 'off' ? 'told' : options.verify,
          finality: { safe: undefined, finalised: undefined },
          node: node.name,
          contracts: context.followed.contracts.map(({ name }) => name),
        })
        listener.stored(head)
        return next
      }
      case 'upToDate':
        listener.caughtUp()
        if (idleLooks % IDLE_LOOKS === 0) await askOthers(nodeHead)
        await pause(options.pollMs, signal)
        return from
      case 'behind':
        if (looksBehind >= LOOKS_BEHIND * nodes.count) return await undo(step.nodeHead.number, step.depth)
        nodes.yields(node)
        return from
      case 'reorged':
        return await undo(step.ancestor, step.depth)
      case 'unsettled':
        listener.troubled(new FalseAnswer(node.name, step.contradiction))
        nodes.contradicted(node, step.contradiction)
        return from
    }
  }

  const undo = async (ancestor: bigint, depth: bigint): Promise<undefined> => {
    await undoAbove(store, ancestor)
    listener.undone(ancestor, depth)
  }

  const askOthers = async (nodeHead: Block): Promise<void> => {
    const overtaken = await nodes.turnToHigher(nodeHead.number)
    if (overtaken !== undefined) listener.overtaken(overtaken)
  }

  while (!signal.aborted) {
    try {
      position ??= await loadPosition(store.write)
      const looked = await look(position)
      if (looked !== undefined) position = await take(looked, position)
      databaseFailures = 0
    } catch (cause) {
      if (signal.aborted) return
      const error = databaseError(cause)
      if (!(error instanceof RetryError)) throw error
      // Whatever failed may have failed half-way: only the database knows where it stands.
      position = undefined
      databaseFailures += 1
      listener.troubled(error)
      await pause(backoffMs(databaseFailures), signal)
    }
  }
}

function smaller(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}
