import { backoffMs, pause } from '../../chain/backoff.ts'
import { type BlockSource, blockSource, type Fetched } from '../../chain/blocks/blockSource.ts'
import {
  firstPollTimes,
  msUntilPoll,
  type PollTimes,
  pollTimesAfter,
  withBlockTimes,
} from '../../chain/blocks/pollTimes.ts'
import type { Position } from '../../chain/blocks/position.ts'
import { ReorgTooDeep } from '../../chain/blocks/reorg.ts'
import type { SourceOptions } from '../../chain/blocks/sourceState.ts'
import { type Clock, wallClock } from '../../chain/clock.ts'
import type { Sources } from '../../chain/events/contracts.ts'
import { type Meter, noMeter } from '../../chain/meter.ts'
import { type Heads, noHeads } from '../../chain/node/heads.ts'
import type { Nodes } from '../../chain/node/nodes.ts'
import type { Header } from '../../chain/verify/header.ts'
import { RetryError } from '../../sdk/errors.ts'
import { databaseError } from '../store/databaseError.ts'
import { blocksBetween, loadPosition } from '../store/position.ts'
import type { Store } from '../store/store.ts'
import { undoAbove } from '../store/undo.ts'
import { type Audit, auditOf } from './journalAudit.ts'
import { type LateContracts, lateContracts } from './lateContracts.ts'
import type { Listener } from './listener.ts'
import { nextAction, noProgress, type Progress } from './nextAction.ts'
import { type OtherNodes, otherNodes } from './otherNodes.ts'
import { type PipelinedWriter, pipelinedWriter } from './pipelinedWriter.ts'

export interface FollowOptions extends SourceOptions {
  /** How often to look for new blocks; by default as often as the chain makes them. */
  readonly pollMs?: number | undefined
  readonly clock?: Clock | undefined
  /** Announces new blocks; by default nothing does, and nodes are polled. */
  readonly heads?: Heads
}

const BLOCKS_TIMED = 40

interface Parts {
  readonly nodes: Nodes
  readonly store: Store
  readonly listener: Listener
  readonly signal: AbortSignal
  readonly pollMs: number | undefined
  readonly clock: Clock
  readonly heads: Heads
  readonly meter: Meter
  readonly audit: Audit
  readonly source: BlockSource
  readonly late: LateContracts
  readonly others: OtherNodes
  readonly writer: PipelinedWriter
}

interface State {
  /** Undefined where the database must be asked. */
  position: Position | undefined
  progress: Progress
  nodeHead: bigint
  polls: PollTimes
  /** The times of the newest blocks stored. */
  blockTimes: readonly bigint[]
  /** In a row, without anything stored in between. */
  databaseFailures: number
}

/**
 * Follows the chain until `signal` aborts. Transient failures are retried after growing delays, on
 * another node where there is one. Permanent failures are thrown, and nothing of the offending
 * blocks is stored.
 */
export async function follow(
  nodes: Nodes,
  store: Store,
  sources: Sources,
  options: FollowOptions,
  listener: Listener,
  signal: AbortSignal,
): Promise<void> {
  const state: State = {
    position: undefined,
    progress: noProgress,
    nodeHead: 0n,
    polls: firstPollTimes,
    blockTimes: [],
    databaseFailures: 0,
  }
  const parts = partsOf(nodes, store, sources, options, listener, signal, () => {
    state.databaseFailures = 0
  })
  while (!signal.aborted) {
    try {
      state.position ??= await loadPosition(store.write)
      const fetched = await fetchNext(parts, state.position)
      if (fetched !== undefined) state.position = await take(parts, state, fetched, state.position)
    } catch (cause) {
      parts.source.discard()
      parts.late.discard()
      await parts.writer.abandon()
      if (signal.aborted) return
      const error = databaseError(cause)
      if (!(error instanceof RetryError)) throw error
      // The failed transaction may or may not have committed: only the database knows the position.
      state.position = undefined
      state.databaseFailures += 1
      listener.troubled(error)
      await pause(backoffMs(state.databaseFailures), signal)
    }
  }
  await parts.writer.abandon()
}

function partsOf(
  nodes: Nodes,
  store: Store,
  sources: Sources,
  options: FollowOptions,
  listener: Listener,
  signal: AbortSignal,
  succeeded: () => void,
): Parts {
  const { heads = noHeads, meter = noMeter, clock = wallClock, pollMs } = options
  const audit = auditOf(sources.deployment, options.verify, nodes, listener, signal)
  const stored = (first: bigint, last: bigint) => blocksBetween(store.write, first, last)
  const source = blockSource({ nodes, stored, sources, options, isHeld: audit.isHeld, signal, clock })
  const writer = pipelinedWriter(store, sources, meter, (stretch, what) => {
    succeeded()
    listener.stored(what)
    audit.stored(stretch, stretch.blocks.at(-1) as Header)
  })
  const late = lateContracts(store, sources, source, nodes, listener)
  const others = otherNodes(nodes, listener.overtaken)
  return { nodes, store, listener, signal, pollMs, clock, heads, meter, audit, source, late, others, writer }
}

async function fetchNext({ source, writer, meter }: Parts, from: Position): Promise<Fetched | undefined> {
  const begun = performance.now()
  const fetched = await source.next(from, writer.isStored)
  if (fetched?.step.kind === 'blocksAdded') meter.spent('fetch', performance.now() - begun)
  return fetched
}

/**
 * Acts on a step. Gives the position that it leads to; undefined where the database must be asked.
 */
async function take(parts: Parts, state: State, fetched: Fetched, from: Position): Promise<Position | undefined> {
  const { clock, listener, nodes } = parts
  const { node, nodeHead, step } = fetched
  listener.looked(nodeHead)
  state.nodeHead = nodeHead.number
  const [action, progress] = nextAction(state.progress, fetched, nodes.count, from.finality.finalised, {
    now: clock.now(),
    blockMs: state.polls.blockMs,
  })
  state.progress = progress
  if (step.kind !== 'unsettled') nodes.succeeded(node, 'blocks')
  switch (action.kind) {
    case 'append': {
      const position = await parts.writer.append(action.step, node.name, from)
      if (!parts.source.isPrefetching()) await parts.writer.isStored()
      noteBlocks(parts, state, action.step.blocks)
      return fetched.isAtHead ? await waitAtHead(parts, state, fetched, true, false, position) : position
    }
    case 'wait':
      state.polls = pollTimesAfter(state.polls, 0, clock.now())
      return await waitAtHead(parts, state, fetched, false, action.pollsOthers, from)
    case 'yield':
      nodes.lags(node)
      return from
    case 'refuse':
      nodes.failed(node, 'blocks', new ReorgTooDeep(node, from.head ?? nodeHead, action.finalised))
      return from
    case 'rollBack':
      // What did not fit a late contract's blocks was of the other branch, and not false.
      if (action.isReorg) nodes.succeeded(node, 'lateContract')
      return await rollBack(parts, action.ancestor, action.depth)
    case 'retry':
      nodes.contradicted(node, 'blocks', action.contradiction)
      return from
  }
}

/** Everything is stored: compares journals, fills in late contracts, and waits for a block. */
async function waitAtHead(
  parts: Parts,
  state: State,
  { node, nodeHead }: Fetched,
  hadNew: boolean,
  pollsOthers: boolean,
  from: Position,
): Promise<Position> {
  const { audit, clock, heads, late, listener, others, pollMs, signal } = parts
  if (from.head !== undefined && !(await audit.settled(node, nodeHead, from.journals))) return from
  await listener.caughtUp()
  const further = await late.further(node, from)
  if (further !== undefined) return further
  if (pollsOthers) others.poll(() => state.nodeHead)
  others.check()
  await heads.wait(pollMs ?? msUntilPoll(state.polls, clock.now()), hadNew, signal)
  return from
}

/** Learns from new blocks how often the chain makes them. */
function noteBlocks({ clock }: Parts, state: State, blocks: readonly Header[]): void {
  state.blockTimes = [...state.blockTimes, ...blocks.map(({ timestamp }) => timestamp)].slice(-BLOCKS_TIMED)
  state.polls = pollTimesAfter(withBlockTimes(state.polls, state.blockTimes), blocks.length, clock.now())
}

async function rollBack({ audit, late, listener, store }: Parts, ancestor: bigint, depth: bigint): Promise<undefined> {
  late.discard()
  audit.forget()
  await undoAbove(store, ancestor)
  listener.undone(ancestor, depth)
}
