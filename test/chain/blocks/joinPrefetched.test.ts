import type { Hex } from 'viem'
import { describe, expect, it } from 'vitest'
import type { Piece, StretchStart } from '../../../chain/blocks/fetchStretch.ts'
import { heightsTagged, joinPrefetched, rangeToPrefetch } from '../../../chain/blocks/joinPrefetched.ts'
import type { Step } from '../../../chain/blocks/step.ts'
import { unsettled } from '../../../chain/contradiction.ts'
import { emptyJournals } from '../../../chain/events/journals.ts'
import type { Header } from '../../../chain/verify/header.ts'

const hashOf = (number: bigint, branch = 'a'): Hex => `0x${branch}${number.toString(16).padStart(63, '0')}`
const headerAt = (number: bigint, branch = 'a'): Header =>
  ({ number, hash: hashOf(number, branch), parentHash: hashOf(number - 1n, branch) }) as unknown as Header

const pieceOf = (blocks: readonly Header[]): Piece => ({ kind: 'piece', blocks, logs: [], journalsTold: undefined })
const start = {
  followed: { contracts: [], byAddress: new Map() },
  head: headerAt(9n),
  journals: emptyJournals,
  verify: 'off',
} as unknown as StretchStart
const noTags = { safe: undefined, finalised: undefined }

describe('a prefetched piece', () => {
  it('becomes the next step where it follows the stored head', () => {
    const piece = pieceOf([headerAt(10n), headerAt(11n)])
    expect(joinPrefetched(start, noTags, piece)).toMatchObject({
      kind: 'step',
      piece,
      step: { kind: 'blocksAdded', blocks: piece.blocks, verdict: 'told' },
    })
  })

  it('is fetched again where it follows another block, and where none is left', () => {
    expect(joinPrefetched(start, noTags, pieceOf([headerAt(10n, 'b')]))).toEqual({ kind: 'refetch' })
    expect(joinPrefetched(start, noTags, undefined)).toEqual({ kind: 'refetch' })
  })

  it('ends the prefetch where it contradicts itself, or the node’s own tags', () => {
    const contradiction = unsettled({ what: 'A log came twice', facts: {} })
    expect(joinPrefetched(start, noTags, contradiction)).toEqual({
      kind: 'step',
      step: contradiction,
      piece: undefined,
    })
    const tags = { safe: headerAt(10n, 'b'), finalised: undefined }
    expect(joinPrefetched(start, tags, pieceOf([headerAt(10n)]))).toMatchObject({
      step: { kind: 'unsettled', contradiction: { what: 'The safe block of a node is not on its own branch' } },
      piece: undefined,
    })
  })
})

describe('after a step', () => {
  const added = { kind: 'blocksAdded', blocks: [headerAt(10n), headerAt(11n)] } as unknown as Step

  it('the blocks above it are prefetched, up to the node’s head', () => {
    expect(rangeToPrefetch(added, 20n)).toEqual({ from: 12n, to: 20n })
    expect(rangeToPrefetch(added, 11n)).toBeUndefined()
    expect(rangeToPrefetch({ kind: 'upToDate' }, 20n)).toBeUndefined()
  })

  it('tags are compared only where the node is on our branch', () => {
    const tags = { safe: headerAt(8n), finalised: headerAt(5n) }
    expect(heightsTagged(added, tags)).toEqual([8n, 5n])
    expect(heightsTagged({ kind: 'reorged', ancestor: 3n, depth: 6n }, tags)).toBeUndefined()
  })
})
