import { pause } from '../chain/backoff.ts'
import type { Block } from '../chain/block.ts'
import { nextStep } from '../chain/blocks/nextStep.ts'
import type { Step } from '../chain/blocks/step.ts'
import { type Contradiction, FalseAnswer, MayPass, NodeContradictsItself } from '../chain/contradiction.ts'
import { type Followed, followedOf, journaled } from '../chain/events/contracts.ts'
import { PATIENCE_MS } from '../chain/node/health.ts'
import type { Node } from '../chain/node/node.ts'
import type { Deployment } from '../sdk/deployment.ts'
import { applyLogs } from './applyLogs.ts'
import {
  afterError,
  checkpointOf,
  FINALITY_DEPTH,
  type FollowedBlocks,
  noBlocks,
  rolledBack,
  withLargerRange,
  withStretch,
} from './followedBlocks.ts'
import { emptyWatchState, undoAbove, type WatchState } from './watchState.ts'

/**
 * Follows the chain at a distance from its head, with the indexer's checks: parent hashes, logs
 * against their blocks, and every contract's journal against its storage. A node that omits a
 * record is found out before the watcher acts on it.
 */
export interface Follower {
  readonly state: WatchState
  /** The newest block that was read. */
  head(): Block | undefined
  /** Reads up to `depth` blocks below the node's head, and gives that head. */
  follow(signal: AbortSignal): Promise<Block>
}

export interface FollowerOptions {
  readonly node: Node
  readonly deployment: Deployment
  /** How many blocks below the head a block is taken to stay. */
  readonly depth: bigint
  readonly undone: (ancestor: bigint, depth: bigint) => void
}

const MOST_CONTRADICTIONS = 5
const SETTLE_MS = 500

export function followerOf(options: FollowerOptions): Follower {
  const { node, deployment, undone } = options
  const followed = followedOf(deployment, journaled)
  const state = emptyWatchState()
  let read = noBlocks
  /** Since when the node is on another branch below what counts as final. */
  let apartSince: number | undefined

  const take = (step: Step): void => {
    if (step.kind === 'blocksAdded') {
      applyLogs(state, deployment, step.logs)
      read = withStretch(read, step)
    }
    if (step.kind === 'reorged') {
      read = rolledBack(read, step.ancestor)
      undoAbove(state, checkpointOf(read).head?.number ?? -1n)
      undone(step.ancestor, step.depth)
    }
  }

  return {
    state,
    head: () => checkpointOf(read).head,
    follow: async (signal) => {
      for (let contradictions = 0; ; ) {
        signal.throwIfAborted()
        try {
          const { step, latest } = await fetchStep(options, followed, read)
          apartSince = undefined
          // A node that lags on our branch has nothing newer than what was read.
          if (step.kind === 'upToDate' || step.kind === 'behind') return latest
          take(step)
          contradictions = step.kind === 'unsettled' ? contradictions + 1 : 0
          if (step.kind === 'unsettled') {
            if (contradictions >= MOST_CONTRADICTIONS) throw lasting(node, step.contradiction)
            // Most often the chain moved between two requests: wait until it settles.
            await pause(SETTLE_MS, signal)
          }
          read = withLargerRange(read)
        } catch (error) {
          if (error instanceof MayPass) {
            apartSince ??= performance.now()
            throw performance.now() - apartSince > PATIENCE_MS ? error.end : error
          }
          const next = afterError(read, error)
          if (next === undefined) throw error
          read = next
        }
      }
    },
  }
}

/** Servers of one provider may disagree for longer than that: the next round asks again. */
function lasting({ name }: Node, contradiction: Contradiction): Error {
  return contradiction.mayPass === true
    ? new FalseAnswer(name, contradiction)
    : new NodeContradictsItself(name, contradiction)
}

async function fetchStep(
  { node, deployment, depth }: FollowerOptions,
  followed: Followed,
  read: FollowedBlocks,
): Promise<{ readonly step: Step; readonly latest: Block }> {
  const latest = await node.latest()
  const at = latest.number > depth ? latest.number - depth : 0n
  const [target = latest] = depth === 0n ? [latest] : await node.blocks(at, at)
  const { head, journals } = checkpointOf(read)
  const step = await nextStep(node, target, {
    deployment,
    followed,
    verify: 'receipts',
    head,
    journals,
    stored: async (from, to) => read.blocks.filter(({ number }) => number >= from && number <= to),
    finalised: head === undefined ? undefined : head.number - FINALITY_DEPTH,
    range: read.range,
  })
  return { step, latest }
}
