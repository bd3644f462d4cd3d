import type { Block } from '../chain/block.ts'
import type { Stretch } from '../chain/blocks/step.ts'
import { emptyJournals, type Journals } from '../chain/events/journals.ts'
import { RangeTooLarge, StateGone } from '../chain/node/nodeError.ts'

/** A point from which the chain can be read again after a reorg. */
export interface Checkpoint {
  readonly head: Block | undefined
  readonly journals: Journals
}

/** Which blocks were read, and how many to ask for next. */
export interface FollowedBlocks {
  /** The first is the start of the chain; the last is the current one. */
  readonly checkpoints: readonly [Checkpoint, ...Checkpoint[]]
  /** The newest blocks read, as deep as a reorg is followed. */
  readonly blocks: readonly Block[]
  readonly range: bigint
}

const LARGEST_RANGE = 2_000n
const LONGEST_RANGE = 100_000n
/** A deeper reorg ends the watcher: a person must look. */
export const FINALITY_DEPTH = 4_096n

export const noBlocks: FollowedBlocks = {
  checkpoints: [{ head: undefined, journals: emptyJournals }],
  blocks: [],
  range: LARGEST_RANGE,
}

export function checkpointOf({ checkpoints }: FollowedBlocks): Checkpoint {
  return checkpoints.at(-1) as Checkpoint
}

export function withStretch(state: FollowedBlocks, { blocks: added, journals }: Stretch): FollowedBlocks {
  const head = added.at(-1) as Block
  const blocks = [...state.blocks, ...added].slice(-Number(FINALITY_DEPTH))
  const oldest = blocks[0]?.number ?? 0n
  const [first, ...others] = state.checkpoints
  const kept = others.filter(({ head: at }) => at && at.number >= oldest)
  return { ...state, blocks, checkpoints: [first, ...kept, { head, journals }] }
}

/** The newest checkpoint at or below `ancestor`, and the blocks up to it. */
export function rolledBack(state: FollowedBlocks, ancestor: bigint): FollowedBlocks {
  const [first, ...others] = state.checkpoints
  const checkpoints = [first, ...others.filter(({ head }) => head !== undefined && head.number <= ancestor)] as const
  const kept = checkpoints.at(-1)?.head?.number ?? -1n
  return { ...state, checkpoints: [...checkpoints], blocks: state.blocks.filter(({ number }) => number <= kept) }
}

export function withLargerRange(state: FollowedBlocks): FollowedBlocks {
  const { range } = state
  return range * 2n < LARGEST_RANGE ? { ...state, range: range * 2n } : state
}

/**
 * With a range that avoids the error; undefined where none does. A pruned node needs a range that
 * ends at its head.
 */
export function afterError(state: FollowedBlocks, error: unknown): FollowedBlocks | undefined {
  const { range } = state
  if (error instanceof RangeTooLarge && range > 1n) return { ...state, range: range / 2n }
  if (error instanceof StateGone && range < LONGEST_RANGE) return { ...state, range: range * 4n }
  return undefined
}
