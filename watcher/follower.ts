import { pause } from '../chain/backoff.ts'
import type { Block } from '../chain/block.ts'
import { nextStep } from '../chain/blocks/nextStep.ts'
import type { Step, Stretch } from '../chain/blocks/step.ts'
import { NodeContradictsItself } from '../chain/contradiction.ts'
import { followedOf, journaled } from '../chain/events/contracts.ts'
import { emptyJournals, type Journals } from '../chain/events/journals.ts'
import type { Node } from '../chain/node/node.ts'
import { RangeTooLarge, StateGone } from '../chain/node/nodeError.ts'
import type { Deployment } from '../sdk/deployment.ts'
import { type Chronicle, emptyChronicle, undoAbove } from './chronicle.ts'
import { append } from './tell.ts'

/**
 * Follows the chain at a distance from its head, by the indexer's own means: parent hashes, logs held against their blocks, and
 * every contract's journal against its storage. A node that leaves out a record is found out before the watcher acts on it.
 */
export interface Follower {
  readonly chronicle: Chronicle
  /** The newest block that has been told. */
  head(): Block | undefined
  /** Tells everything up to `depth` blocks below the node's head, and says where that head is. */
  catchUp(signal: AbortSignal): Promise<Block>
}

export interface FollowerOptions {
  readonly node: Node
  readonly deployment: Deployment
  /** How many blocks below the head a block is believed to stay. */
  readonly depth: bigint
  readonly undone: (ancestor: bigint, depth: bigint) => void
}

const LARGEST_RANGE = 2_000n
const LONGEST_RANGE = 100_000n
/** A reorg deeper than this ends the watcher: somebody has to look. */
export const FINALITY_DEPTH = 4_096n
const CONTRADICTIONS_BELIEVED = 5
const SETTLE_MS = 500

/** Where the chain can be taken up again after a reorg. */
interface Checkpoint {
  readonly head: Block | undefined
  readonly journals: Journals
}

export function followerOf({ node, deployment, depth, undone }: FollowerOptions): Follower {
  const chronicle = emptyChronicle()
  const followed = followedOf(deployment, journaled)
  let checkpoints: readonly Checkpoint[] = [{ head: undefined, journals: emptyJournals }]
  let blocks: readonly Block[] = []
  let range = LARGEST_RANGE

  const last = (): Checkpoint => checkpoints.at(-1) as Checkpoint
  const stored = async (from: bigint, to: bigint) => blocks.filter(({ number }) => number >= from && number <= to)

  const add = ({ blocks: added, logs, journals }: Stretch): void => {
    const head = added.at(-1) as Block
    append(chronicle, deployment, logs)
    blocks = [...blocks, ...added].slice(-Number(FINALITY_DEPTH))
    const oldest = blocks[0]?.number ?? 0n
    const [first, ...others] = checkpoints
    checkpoints = [
      ...(first ? [first] : []),
      ...others.filter(({ head: at }) => at && at.number >= oldest),
      { head, journals },
    ]
  }

  const undo = (ancestor: bigint, blocksUndone: bigint): void => {
    checkpoints = checkpoints.filter(({ head }, i) => i === 0 || (head !== undefined && head.number <= ancestor))
    const kept = last().head?.number ?? -1n
    undoAbove(chronicle, kept)
    blocks = blocks.filter(({ number }) => number <= kept)
    undone(ancestor, blocksUndone)
  }

  const look = async (): Promise<{ readonly step: Step; readonly latest: Block }> => {
    const latest = await node.latest()
    const at = latest.number > depth ? latest.number - depth : 0n
    const [believed = latest] = depth === 0n ? [latest] : await node.blocks(at, at)
    const { head, journals } = last()
    const step = await nextStep(node, believed, {
      deployment,
      followed,
      verify: 'receipts',
      head,
      journals,
      stored,
      finalised: head === undefined ? undefined : head.number - FINALITY_DEPTH,
      range,
    })
    return { step, latest }
  }

  return {
    chronicle,
    head: () => last().head,
    catchUp: async (signal) => {
      for (let contradictions = 0; ; ) {
        signal.throwIfAborted()
        try {
          const { step, latest } = await look()
          if (step.kind === 'upToDate') return latest
          // A node that lags on our own branch comes back; nothing it says is newer than what was told.
          if (step.kind === 'behind') return latest
          if (step.kind === 'blocksAdded') add(step)
          if (step.kind === 'reorged') undo(step.ancestor, step.depth)
          contradictions = step.kind === 'unsettled' ? contradictions + 1 : 0
          if (step.kind === 'unsettled' && contradictions >= CONTRADICTIONS_BELIEVED) {
            throw new NodeContradictsItself(node.name, step.contradiction)
          }
          // Most often the chain moved between two questions, and needs a moment more.
          if (step.kind === 'unsettled') await pause(SETTLE_MS, signal)
          range = range * 2n < LARGEST_RANGE ? range * 2n : range
        } catch (error) {
          if (error instanceof RangeTooLarge && range > 1n) range /= 2n
          else if (error instanceof StateGone && range < LONGEST_RANGE) range *= 4n
          else throw error
        }
      }
    },
  }
}
