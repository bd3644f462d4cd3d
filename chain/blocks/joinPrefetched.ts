import type { Block } from '../block.ts'
import { type Unsettled, unsettled } from '../contradiction.ts'
import type { Verification } from '../verify/verification.ts'
import { joinStretch, type Piece, type StretchStart } from './fetchStretch.ts'
import { falseTags, type Tagged } from './finality.ts'
import type { Step } from './step.ts'

/** What a prefetched piece leads to. */
export type Joined =
  /** Nothing is left, or the chain has moved: fetch anew from the node's head. */
  | { readonly kind: 'refetch' }
  /** The next step. The prefetch goes on only where `piece` was added. */
  | { readonly kind: 'step'; readonly step: Step; readonly piece: Piece | undefined }

/**
 * Joins a prefetched piece to the blocks before it. A piece that follows another parent means that
 * the chain has moved.
 */
export function joinPrefetched(start: StretchStart, tagged: Tagged, piece: Piece | Unsettled | undefined): Joined {
  if (piece === undefined) return { kind: 'refetch' }
  if (piece.kind === 'unsettled') return { kind: 'step', step: piece, piece: undefined }
  if (piece.blocks[0]?.parentHash !== start.head?.hash) return { kind: 'refetch' }
  const step = falseTagsAmong(start.verify, tagged, piece.blocks) ?? joinStretch(start, piece)
  return { kind: 'step', step, piece: step.kind === 'blocksAdded' ? piece : undefined }
}

/**
 * A node on our branch must tag blocks of that branch as safe or final: compares them with those of
 * `blocks`.
 */
export function falseTagsAmong(verify: Verification, tagged: Tagged, blocks: readonly Block[]): Unsettled | undefined {
  const hashes = new Map(blocks.map(({ number, hash }) => [number, hash]))
  const lie = falseTags(verify, tagged, (height) => hashes.get(height))
  return lie && unsettled(lie)
}

/** The blocks to prefetch after a step: those above it, up to the node's head. */
export function rangeToPrefetch(
  step: Step,
  nodeHead: bigint,
): { readonly from: bigint; readonly to: bigint } | undefined {
  if (step.kind !== 'blocksAdded') return undefined
  const from = (step.blocks.at(-1)?.number ?? 0n) + 1n
  return from <= nodeHead ? { from, to: nodeHead } : undefined
}

/**
 * The heights at which the node's tags are compared with our blocks; undefined if the node is not
 * on our branch.
 */
export function heightsTagged(step: Step, { safe, finalised }: Tagged): readonly bigint[] | undefined {
  if (step.kind !== 'blocksAdded' && step.kind !== 'upToDate') return undefined
  return [safe, finalised].flatMap((header) => (header === undefined ? [] : [header.number]))
}
