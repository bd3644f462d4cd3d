// Journals as they were replayed, at as many blocks as memory allows: where they differ from storage in the end, the first block at
// which they do is found by bisection, with a proof a step.

import type { Hex } from 'viem'
import type { JournaledName } from '../../chain/events/contracts.ts'
import type { JournalMove } from '../../chain/events/journals.ts'
import { EMPTY_JOURNAL } from '../../sdk/journal.ts'

/** A contract's journal after a block that changed it. */
export interface TrailPoint {
  readonly block: bigint
  readonly slot: Hex
}

/** Plain data, so that a checkpoint holds it. */
export type JournalTrail = Map<JournaledName, TrailPoint[]>

const MOST_POINTS = 8_192

/** Of a trail that grows too long, every second point is left out. */
export function lengthen(trail: JournalTrail, moves: readonly JournalMove[]): void {
  for (const { contract, block, slot } of moves) {
    const points = trail.get(contract) ?? []
    points.push({ block, slot })
    trail.set(contract, points.length <= MOST_POINTS ? points : points.filter((_, i) => i % 2 === 1))
  }
}

/**
 * The block after which storage first differs from what was replayed. A journal only ever grows, so once it differs it does for
 * good: the points are bisected first, and then the blocks between two of them, in which nothing was replayed.
 * @param storedAt The journal in storage after a block.
 */
export async function firstDifference(
  points: readonly TrailPoint[],
  { from, to }: { readonly from: bigint; readonly to: bigint },
  storedAt: (block: bigint) => Promise<Hex>,
): Promise<bigint> {
  let [low, high] = [0, points.length]
  while (low < high) {
    const middle = (low + high) >> 1
    const { block, slot } = points[middle] as TrailPoint
    if ((await storedAt(block)) === slot) low = middle + 1
    else high = middle
  }
  const before = points[low - 1] ?? { block: from - 1n, slot: EMPTY_JOURNAL }
  let [first, last] = [before.block + 1n, points[low]?.block ?? to]
  while (first < last) {
    const middle = (first + last) / 2n
    if ((await storedAt(middle)) === before.slot) first = middle + 1n
    else last = middle
  }
  return first
}
