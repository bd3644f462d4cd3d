import type { Unsettled } from '../contradiction.ts'
import type { Followed } from '../events/contracts.ts'
import type { Node } from '../node/node.ts'
import type { Subject } from '../node/nodes.ts'
import { rangeUpTo } from '../node/range.ts'
import type { Header } from '../verify/header.ts'
import { type ChainTip, readChainTip, withMemory } from './chainTip.ts'
import { followedAtHead } from './followedAtHead.ts'
import { falseTagsAmong, heightsTagged, joinPrefetched } from './joinPrefetched.ts'
import { nextStep } from './nextStep.ts'
import type { Position } from './position.ts'
import {
  discard,
  failed,
  fetchFrom,
  type NodePrefetch,
  prefetchAfter,
  refreshTip,
  type SourceContext,
  type SourceState,
  startOf,
} from './sourceState.ts'
import type { Step } from './step.ts'
import { blocksAsked, rangeAfterStretch } from './stretchSize.ts'

/** The next step on the chain, as one node gave it. */
export interface Fetched {
  readonly node: Node
  readonly nodeHead: Header
  readonly step: Step
  /** The step ends at the node's head, which was read for it: nothing more is there. */
  readonly isAtHead: boolean
}

/**
 * Gives the chain step by step. It fetches further than is stored, with as few requests as
 * possible.
 */
export interface BlockSource {
  /**
   * The step after `from`. Undefined if the node failed, which is recorded in its health.
   * `isStored` is awaited before the database is read.
   */
  next(from: Position, isStored: () => Promise<void>): Promise<Fetched | undefined>
  /** The blocks from `from` to `to` with the logs of some contracts alone. */
  fetchOf(node: Node, followed: Followed, from: bigint, to: bigint): NodePrefetch
  /** Whether the next step is being prefetched. */
  isPrefetching(): boolean
  /** Records that a node failed when asked for `asked` blocks. */
  failed(node: Node, about: Subject, error: unknown, asked: bigint): void
  /** Cancels the prefetch. */
  discard(): void
}

export function blockSource(context: SourceContext): BlockSource {
  const range = rangeUpTo(context.options.maxRange)
  const state: SourceState = { range, prefetch: undefined, tags: undefined, tagging: new Set() }
  return {
    next: async (from, isStored) => {
      void refreshTip(context, state)
      const prefetched = await nextPrefetched(context, state, from)
      if (prefetched !== 'none') return prefetched
      await isStored()
      return await nextFromHead(context, state, from)
    },
    fetchOf: (node, followed, from, to) => fetchFrom(context, state, node, { followed, nodeHead: to }, from, to),
    isPrefetching: () => state.prefetch !== undefined,
    failed: (node, about, error, asked) => failed(context, state, node, about, error, asked),
    discard: () => discard(state),
  }
}

/**
 * The next prefetched step. 'none' if nothing is prefetched, or the chain has moved; undefined if
 * the node failed.
 */
async function nextPrefetched(
  context: SourceContext,
  state: SourceState,
  from: Position,
): Promise<Fetched | 'none' | undefined> {
  const running = state.prefetch
  if (running === undefined) return 'none'
  const { node, followed, tip } = running
  try {
    const piece = await running.next()
    const joined = joinPrefetched(startOf(context, from, followed, tip), tip.tagged, piece)
    if (joined.kind === 'refetch') {
      discard(state)
      return 'none'
    }
    if (joined.step.kind === 'unsettled') state.tags = undefined
    if (joined.piece === undefined) discard(state)
    else state.range = rangeAfterStretch(state.range, running.asked(), joined.piece)
    return { node, nodeHead: tip.nodeHead, step: joined.step, isAtHead: false }
  } catch (error) {
    discard(state)
    failed(context, state, node, 'blocks', error, running.asked())
    return undefined
  }
}

/** Asks a node for its head and the step from there, and begins to prefetch what follows. */
async function nextFromHead(context: SourceContext, state: SourceState, from: Position): Promise<Fetched | undefined> {
  const { nodes, signal, sources, options, stored } = context
  const node = await nodes.next(signal)
  if (node === undefined) return undefined
  let asked = state.range.size
  try {
    const abortable = node.until(signal)
    const told = await readChainTip(abortable, options.finality, state.tags, from.head?.number)
    const tip = { ...told, tagged: withMemory(state.tagging, node.name, told.tagged) }
    const { nodeHead, tagged } = tip
    const first = from.head === undefined ? BigInt(sources.deployment.startBlock) : from.head.number + 1n
    asked = blocksAsked(state.range, first, nodeHead.number)
    const followed = followedAtHead(sources, from)
    const step = await nextStep(abortable, nodeHead, {
      ...startOf(context, from, followed, tip),
      stored,
      finalised: from.finality.finalised,
      range: state.range.size,
    })
    const lie = await falseTagsOf(context, tip, step)
    if (tip.hasNewTags) state.tags = { node: node.name, at: nodeHead.number, tagged }
    // What was tagged may lie on the branch that the node has left.
    if (lie !== undefined || step.kind === 'reorged' || step.kind === 'behind') state.tags = undefined
    if (lie !== undefined) return { node, nodeHead, step: lie, isAtHead: false }
    if (step.kind === 'blocksAdded') {
      state.range = rangeAfterStretch(state.range, BigInt(step.blocks.length), step)
      state.prefetch = prefetchAfter(context, state, node, followed, tip, step)
    }
    const isAtHead = step.kind === 'blocksAdded' && step.blocks.at(-1)?.number === nodeHead.number
    return { node, nodeHead, step, isAtHead }
  } catch (error) {
    failed(context, state, node, 'blocks', error, asked)
    return undefined
  }
}

async function falseTagsOf(
  { options, stored }: SourceContext,
  { tagged, hasNewTags }: ChainTip & { readonly hasNewTags: boolean },
  step: Step,
): Promise<Unsettled | undefined> {
  const heights = heightsTagged(step, tagged)
  if (heights === undefined) return undefined
  // What is stored was compared when the tags were new.
  const ours = hasNewTags ? (await Promise.all(heights.map((height) => stored(height, height)))).flat() : []
  return falseTagsAmong(options.verify, tagged, step.kind === 'blocksAdded' ? [...ours, ...step.blocks] : ours)
}
