import type { Fetched } from '../../chain/blocks/blockSource.ts'
import type { Step } from '../../chain/blocks/step.ts'
import type { Contradiction } from '../../chain/contradiction.ts'
import type { Node } from '../../chain/node/node.ts'

/** What recent steps said, as far as the next action depends on it. */
export interface Progress {
  /** For each node, since when every step found it behind us. */
  readonly behind: ReadonlyMap<Node, number>
  /** Steps in a row that found nothing new. */
  readonly idle: number
}

export const noProgress: Progress = { behind: new Map(), idle: 0 }

export type Action =
  | { readonly kind: 'append'; readonly step: Extract<Step, { kind: 'blocksAdded' }> }
  /** Everything is stored: wait for the next block. */
  | { readonly kind: 'wait'; readonly pollsOthers: boolean }
  /** The node lags: ask another one. */
  | { readonly kind: 'yield' }
  | { readonly kind: 'rollBack'; readonly ancestor: bigint; readonly depth: bigint; readonly isReorg: boolean }
  /** The chain was rolled back below a final block. */
  | { readonly kind: 'refuse'; readonly finalised: bigint }
  | { readonly kind: 'retry'; readonly contradiction: Contradiction }

/**
 * Every node must be behind us for so long, and for so many blocks' time, before the chain counts as
 * rolled back: servers of one provider lag behind each other. A block of another branch at the same
 * height says so at once.
 */
const BEHIND_MS = 60_000
const BEHIND_BLOCKS = 8

/** What time it is, and what it means on this chain. */
export interface Moment {
  readonly now: number
  readonly blockMs: number
}

/** After this many idle steps in a row the other nodes are asked for a higher head. */
const IDLE_STEPS = 8

/** What to do with a step, and what to remember of it. */
export function nextAction(
  progress: Progress,
  { node, nodeHead, step }: Pick<Fetched, 'node' | 'nodeHead' | 'step'>,
  nodeCount: number,
  finalised: bigint | undefined,
  { now, blockMs }: Moment,
): readonly [Action, Progress] {
  const behind = step.kind === 'behind' ? since(progress.behind, node, now) : noProgress.behind
  const idle = step.kind === 'upToDate' ? progress.idle + 1 : 0
  const action = (): Action => {
    switch (step.kind) {
      case 'blocksAdded':
        return { kind: 'append', step }
      case 'upToDate':
        return { kind: 'wait', pollsOthers: idle % IDLE_STEPS === 0 }
      case 'behind': {
        const patience = Math.max(BEHIND_MS, BEHIND_BLOCKS * blockMs)
        const areEnough = behind.values().every((begun) => now - begun >= patience)
        if (behind.size < nodeCount || !areEnough) return { kind: 'yield' }
        if (finalised !== undefined && nodeHead.number < finalised) return { kind: 'refuse', finalised }
        return { kind: 'rollBack', ancestor: nodeHead.number, depth: step.depth, isReorg: false }
      }
      case 'reorged':
        return { kind: 'rollBack', ancestor: step.ancestor, depth: step.depth, isReorg: true }
      case 'unsettled':
        return { kind: 'retry', contradiction: step.contradiction }
    }
  }
  return [action(), { behind, idle }]
}

function since(behind: Progress['behind'], node: Node, now: number): Progress['behind'] {
  return behind.has(node) ? behind : new Map([...behind, [node, now]])
}
