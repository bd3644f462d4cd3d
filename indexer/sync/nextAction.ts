import type { Fetched } from '../../chain/blocks/blockSource.ts'
import type { Step } from '../../chain/blocks/step.ts'
import type { Contradiction } from '../../chain/contradiction.ts'
import type { Node } from '../../chain/node/node.ts'

/** What recent steps said, as far as the next action depends on it. */
export interface Progress {
  /** For each node, how many steps in a row found it behind us. */
  readonly behind: ReadonlyMap<Node, number>
  /** Steps in a row that found nothing new. */
  readonly idle: number
}

export const noProgress: Progress = { behind: new Map(), idle: 0 }

export type Action =
  | { readonly kind: 'append'; readonly step: Extract<Step, { kind: 'blocksAdded' }> }
  /**
   * Everything is stored: wait for the next block. `hadNew` if the step before brought something
   * new.
   */
  | { readonly kind: 'wait'; readonly hadNew: boolean; readonly pollsOthers: boolean }
  /** The node lags: ask another one. */
  | { readonly kind: 'yield' }
  | { readonly kind: 'rollBack'; readonly ancestor: bigint; readonly depth: bigint; readonly isReorg: boolean }
  /** The chain was rolled back below a final block. */
  | { readonly kind: 'refuse'; readonly finalised: bigint }
  | { readonly kind: 'retry'; readonly contradiction: Contradiction }

/**
 * Every node must be behind us this often in a row before the chain counts as rolled back: a single
 * one may lag for long.
 */
const STEPS_BEHIND = 5

/** After this many idle steps in a row the other nodes are asked for a higher head. */
const IDLE_STEPS = 8

/** What to do with a step, and what to remember of it. */
export function nextAction(
  progress: Progress,
  { node, nodeHead, step }: Fetched,
  nodeCount: number,
  finalised: bigint | undefined,
): readonly [Action, Progress] {
  const behind = step.kind === 'behind' ? withOneMore(progress.behind, node) : noProgress.behind
  const idle = step.kind === 'upToDate' ? progress.idle + 1 : 0
  const action = (): Action => {
    switch (step.kind) {
      case 'blocksAdded':
        return { kind: 'append', step }
      case 'upToDate':
        return { kind: 'wait', hadNew: progress.idle === 0, pollsOthers: idle % IDLE_STEPS === 0 }
      case 'behind': {
        const areEnough = behind.values().every((steps) => steps >= STEPS_BEHIND)
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

function withOneMore(behind: Progress['behind'], node: Node): Progress['behind'] {
  return new Map([...behind, [node, (behind.get(node) ?? 0) + 1]])
}
