import type { Clock } from '../clock.ts'
import type { Followed, Sources } from '../events/contracts.ts'
import type { Meter } from '../meter.ts'
import type { Node } from '../node/node.ts'
import { NodeBusy, RangeTooLarge, Unexplained } from '../node/nodeError.ts'
import type { Nodes, Subject } from '../node/nodes.ts'
import { type Range, rangeRefused } from '../node/range.ts'
import { checkHeaders } from '../verify/header.ts'
import type { Verification } from '../verify/verification.ts'
import type { ChainTip, KnownTags } from './chainTip.ts'
import { fetchPieces, type PieceQuery, type StretchStart } from './fetchStretch.ts'
import { type FinalityRule, finalityAfter } from './finality.ts'
import { rangeToPrefetch } from './joinPrefetched.ts'
import type { Position } from './position.ts'
import { type Prefetch, prefetch } from './prefetch.ts'
import type { StoredBlocks } from './reorg.ts'
import type { Step } from './step.ts'

export interface SourceOptions {
  readonly verify: Verification
  readonly finality: FinalityRule
  /** The most blocks to ask for at once. */
  readonly maxRange: bigint
  readonly meter?: Meter | undefined
}

/** What the source depends on. */
export interface SourceContext {
  readonly nodes: Nodes
  readonly stored: StoredBlocks
  readonly sources: Sources
  readonly options: SourceOptions
  /** Whether everything stored is known to add up to the contracts' journals. */
  readonly isHeld: () => boolean
  readonly signal: AbortSignal
  readonly clock: Clock
}

/** A prefetch, and the node that serves it. */
export interface NodePrefetch extends Prefetch {
  readonly node: Node
}

export interface TipPrefetch extends NodePrefetch {
  readonly followed: Followed
  readonly tip: ChainTip
  readonly tipReadAt: number
}

export interface SourceState {
  range: Range
  prefetch: TipPrefetch | undefined
  tags: KnownTags | undefined
  /** Nodes that ever tagged a final block. */
  readonly tagging: Set<string>
}

/** The node's head is read again at this interval, so that metrics show how far there is to go. */
const TIP_MS = 5_000

export function prefetchAfter(
  context: SourceContext,
  state: SourceState,
  node: Node,
  followed: Followed,
  tip: ChainTip,
  step: Step,
): TipPrefetch | undefined {
  const range = rangeToPrefetch(step, tip.nodeHead.number)
  if (range === undefined) return undefined
  const query = { followed, nodeHead: tip.nodeHead.number }
  const tipReadAt = context.clock.now()
  return { ...fetchFrom(context, state, node, query, range.from, range.to), followed, tip, tipReadAt }
}

export function fetchFrom(
  { options, signal, sources }: SourceContext,
  state: SourceState,
  node: Node,
  { followed, nodeHead }: Pick<PieceQuery, 'followed' | 'nodeHead'>,
  from: bigint,
  to: bigint,
): NodePrefetch {
  const { verify, meter } = options
  const query = { deployment: sources.deployment, followed, verify, nodeHead, meter }
  const fetch = (abortable: Node, first: bigint, last: bigint) => fetchPieces(abortable, query, first, last)
  return { ...prefetch(node.until(signal), fetch, from, to, () => state.range.size), node }
}

export function startOf(
  { isHeld, options, sources }: SourceContext,
  from: Position,
  followed: Followed,
  { nodeHead, tagged }: ChainTip,
): StretchStart {
  const { verify, finality: rule, meter } = options
  return {
    // Near the head, storing a block waits for no more than what proves that block.
    comparesLater: verify === 'receipts' && isHeld() && isNear(from, nodeHead.number),
    deployment: sources.deployment,
    followed,
    head: from.head,
    journals: from.journals,
    verify,
    meter,
    finalityAt: (last) => finalityAfter(rule, from.finality, tagged, last),
  }
}

const NEAR = 32n

function isNear({ head }: Position, nodeHead: bigint): boolean {
  return head !== undefined && nodeHead <= head.number + NEAR
}

/** Only for progress and metrics: nothing that is stored depends on it. */
export async function refreshTip({ options, clock }: SourceContext, state: SourceState): Promise<void> {
  const refreshed = state.prefetch
  if (refreshed === undefined || clock.now() - refreshed.tipReadAt < TIP_MS) return
  state.prefetch = { ...refreshed, tipReadAt: clock.now() }
  const nodeHead = await refreshed.node.latest().catch(() => undefined)
  if (nodeHead === undefined || checkHeaders(options.verify, [nodeHead]) !== undefined) return
  if (state.prefetch?.next === refreshed.next) {
    state.prefetch = { ...state.prefetch, tip: { ...refreshed.tip, nodeHead } }
  }
}

export function failed(
  { nodes, signal }: SourceContext,
  state: SourceState,
  node: Node,
  about: Subject,
  error: unknown,
  asked: bigint,
): void {
  if (signal.aborted) return
  if (error instanceof RangeTooLarge) state.range = rangeRefused(state.range, asked, error.limit)
  // Fewer blocks may be what it takes. Where they are not, the range grows again by itself.
  else if (mayBeOfSize(error) && asked > 1n) state.range = rangeRefused(state.range, asked)
  nodes.failed(node, about, error)
}

/** Gateways answer 503 for a question that took too long, and name no time to wait. */
function mayBeOfSize(error: unknown): boolean {
  if (error instanceof NodeBusy) return error.facts.status === 503 && error.retryAfterMs === undefined
  return error instanceof Unexplained
}

export function discard(state: SourceState): void {
  state.prefetch?.end()
  state.prefetch = undefined
}
