import type { Hex } from 'viem'
import { describe, expect, it } from 'vitest'
import type { Stretch } from '../../chain/blocks/step.ts'
import { emptyJournals } from '../../chain/events/journals.ts'
import { RangeTooLarge, StateGone } from '../../chain/node/nodeError.ts'
import {
  afterError,
  checkpointOf,
  FINALITY_DEPTH,
  noBlocks,
  rolledBack,
  withLargerRange,
  withStretch,
} from '../../watcher/followedBlocks.ts'

const hashOf = (number: bigint): Hex => `0x${number.toString(16).padStart(64, '0')}`

/** Blocks `from` to `to`, with nothing in them. */
function stretch(from: bigint, to: bigint): Stretch {
  const blocks = Array.from({ length: Number(to - from) + 1 }, (_, i) => ({
    number: from + BigInt(i),
    hash: hashOf(from + BigInt(i)),
  }))
  return { blocks, journals: emptyJournals } as unknown as Stretch
}

const headsOf = ({ checkpoints }: typeof noBlocks) => checkpoints.map(({ head }) => head?.number)

describe('the blocks that a watcher has read', () => {
  it('roll back to the newest checkpoint at or below the ancestor', () => {
    const read = [stretch(1n, 10n), stretch(11n, 20n), stretch(21n, 30n)].reduce(withStretch, noBlocks)
    expect(headsOf(read)).toEqual([undefined, 10n, 20n, 30n])
    const back = rolledBack(read, 25n)
    expect(headsOf(back)).toEqual([undefined, 10n, 20n])
    expect(back.blocks.at(-1)?.number).toBe(20n)
    expect(headsOf(rolledBack(read, 5n))).toEqual([undefined])
    expect(rolledBack(read, 5n).blocks).toEqual([])
  })

  it('are kept as deep as a reorg is followed, and checkpoints with them', () => {
    const read = [stretch(1n, 10n), stretch(11n, 20n + FINALITY_DEPTH)].reduce(withStretch, noBlocks)
    expect(headsOf(read)).toEqual([undefined, 20n + FINALITY_DEPTH])
    expect(read.blocks[0]?.number).toBe(21n)
    expect(checkpointOf(read).head?.number).toBe(20n + FINALITY_DEPTH)
  })
})

describe('the range that a watcher asks for', () => {
  const tooLarge = Object.create(RangeTooLarge.prototype)
  const pruned = Object.create(StateGone.prototype)

  it('halves when it is refused, down to one block, and grows again', () => {
    const half = afterError(noBlocks, tooLarge)
    expect(half?.range).toBe(1_000n)
    expect(withLargerRange({ ...noBlocks, range: 500n }).range).toBe(1_000n)
    expect(withLargerRange(noBlocks).range).toBe(2_000n)
    expect(afterError({ ...noBlocks, range: 1n }, tooLarge)).toBeUndefined()
  })

  it('grows where old state is pruned, until it cannot reach the head', () => {
    expect(afterError(noBlocks, pruned)?.range).toBe(8_000n)
    expect(afterError({ ...noBlocks, range: 128_000n }, pruned)).toBeUndefined()
  })

  it('changes by no other error', () => {
    expect(afterError(noBlocks, new Error('something else'))).toBeUndefined()
  })
})
