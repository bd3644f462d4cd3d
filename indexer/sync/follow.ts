import { backoffMs, pause } from '../../chain/backoff.ts'
import { followedFrom, type Looked, type LookOptions, lookoutOver } from '../../chain/blocks/blockSource.ts'
import type { Position } from '../../chain/blocks/position.ts'
import { ReorgTooDeep } from '../../chain/blocks/reorg.ts'
import type { Step } from '../../chain/blocks/step.ts'
import type { Sources } from '../../chain/events/contracts.ts'
import { decodeLogs } from '../../chain/events/decode.ts'
import { noMeter, timed } from '../../chain/meter.ts'
import { type Heads, noHeads } from '../../chain/node/heads.ts'
import type { Node } from '../../chain/node/node.ts'
import type { Nodes } from '../../chain/node/nodes.ts'
import { RetryError } from '../../sdk/errors.ts'
import { appendBlocks } from '../store/appendBlocks.ts'
import { databaseError } from '../store/databaseError.ts'
import { blocksBetween, loadPosition } from '../store/position.ts'
import type { Store } from '../store/store.ts'
import { undoAbove } from '../store/undo.ts'
import { auditOf } from './audit.ts'
import { catchingUp } from './catchUp.ts'
import type { Listener } from './listener.ts'

export interface FollowOptions extends LookOptions {
  readonly pollMs: number
  /** Who calls when there is a new block; by default nobody does. */
  readonly heads?: Heads
}

/** So many looks in a row must each node stand behind us before the chain counts as rolled back: one alone may lag for as long as it likes. */
const LOOKS_BEHIND = 5

/** How many looks that find nothing new before the other nodes are asked whether there is. */
const IDLE_LOOKS = 8

/**
 * Follows the chain until `signal` says to stop. What may pass is tried again after ever longer waits, and with another node;
 * what cannot pass is thrown, with nothing of the offending blocks stored.
 */
export async function follow(
  nodes: Nodes,
  store: Store,
  sources: Sources,
  options: FollowOptions,
  listener: Listener,
  signal: AbortSignal,
): Promise<void> {
  const { heads = noHeads, meter = noMeter } = options
  const audit = auditOf(sources.deployment, options.verify, nodes, listener, signal)
  const stored = (first: bigint, last: bigint) => blocksBetween(store.write, first, last)
  const lookout = lookoutOver(nodes, stored, sources, options, audit.isHeld, signal)
  const catchUp = catchingUp(store, sources, lookout, nodes, listener)
  /** Without anything stored in between. */
  let databaseFailures = 0
  /** Of each node, since one was last seen where we are. */
  const looksBehind = new Map<Node, number>()
  let idleLooks = 0
  let highest = 0n
  /** The other nodes are asked beside all this: one that does not answer keeps no block waiting. */
  let isAsking = false
  let askingFailed: { readonly error: unknown } | undefined
  let position: Position | undefined
  /** One stretch is stored while the next is waited for and decoded. */
  let storing: Promise<void> = Promise.resolve()

  /** Where the step leads; undefined where the database must be asked. */
  const take = async ({ node, nodeHead, step }: Looked, from: Position): Promise<Position | undefined> => {
    listener.looked(nodeHead)
    highest = nodeHead.number
    const hasNew = idleLooks === 0
    if (step.kind === 'behind') looksBehind.set(node, (looksBehind.get(node) ?? 0) + 1)
    else looksBehind.clear()
    idleLooks = step.kind === 'upToDate' ? idleLooks + 1 : 0
    if (step.kind !== 'unsettled') nodes.didWell(node, 'blocks')
    switch (step.kind) {
      case 'blocksAdded':
        return await add(step, node.name, from)
      case 'upToDate': {
        if (from.head !== undefined && !(await audit.settled(node, nodeHead, from.journals))) return from
        await listener.caughtUp()
        const caughtUp = await catchUp.further(node, from)
        if (caughtUp !== undefined) return caughtUp
        if (idleLooks % IDLE_LOOKS === 0) void askOthers()
        if (askingFailed !== undefined) throw askingFailed.error
        await heads.wait(options.pollMs, hasNew, signal)
        return from
      }
      case 'behind': {
        const { finalised } = from.finality
        const areEnough = looksBehind.values().every((looks) => looks >= LOOKS_BEHIND)
        if (looksBehind.size < nodes.count || !areEnough) nodes.yields(node)
        else if (finalised === undefined || nodeHead.number >= finalised) return await undo(nodeHead.number, step.depth)
        else nodes.failed(node, 'blocks', new ReorgTooDeep(node, from.head ?? nodeHead, finalised))
        return from
      }
      case 'reorged':
        // What did not fit while a contract was caught up was of another branch, and no lie.
        nodes.didWell(node, 'catchingUp')
        return await undo(step.ancestor, step.depth)
      case 'unsettled':
        nodes.contradicted(node, 'blocks', step.contradiction)
        return from
    }
  }

  const add = async (step: Extract<Step, { kind: 'blocksAdded' }>, node: string, from: Position): Promise<Position> => {
    const { blocks, logs, journals, journalMoves, journalsBy, verdict, finality } = step
    const first = blocks[0]
    const head = blocks.at(-1)
    if (first === undefined || head === undefined) throw new Error('A step forward without a block')
    const { facts, terms } = await timed(meter, 'decode', () => decodeLogs(sources.followed, from.terms, logs))
    const contracts = followedFrom(sources, from).contracts.map(({ name }) => name)
    await storing
    storing = timed(meter, 'store', () =>
      appendBlocks(store, { blocks, facts, journalMoves, verdict, journals: journalsBy, finality, node, contracts }),
    ).then(() => {
      databaseFailures = 0
      listener.stored({ first: first.number, head, events: facts.length, verdict, finality, node })
      audit.stored(step, head)
    })
    // Whoever needs the database next waits for it, and hears of its failure.
    storing.catch(() => {})
    if (!lookout.isAhead()) await storing
    const cursors = new Map([...from.cursors, ...contracts.map((name) => [name, head.number] as const)])
    return { ...from, head, journals, terms, finality, cursors }
  }

  const undo = async (ancestor: bigint, depth: bigint): Promise<undefined> => {
    catchUp.forget()
    audit.forget()
    await undoAbove(store, ancestor)
    listener.undone(ancestor, depth)
  }

  const askOthers = async (): Promise<void> => {
    if (isAsking) return
    isAsking = true
    try {
      const overtaken = await nodes.turnToHigher(() => highest)
      if (overtaken !== undefined) listener.overtaken(overtaken)
    } catch (error) {
      askingFailed = { error }
    } finally {
      isAsking = false
    }
  }

  const look = async (from: Position): Promise<Looked | undefined> => {
    const begun = performance.now()
    const looked = await lookout.look(from, () => storing)
    if (looked?.step.kind === 'blocksAdded') meter.spent('fetch', performance.now() - begun)
    return looked
  }

  while (!signal.aborted) {
    try {
      position ??= await loadPosition(store.write)
      const looked = await look(position)
      if (looked !== undefined) position = await take(looked, position)
    } catch (cause) {
      lookout.forget()
      catchUp.forget()
      await storing.catch(() => {})
      storing = Promise.resolve()
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
  await storing.catch(() => {})
}
