import type { Unsettled } from '../contradiction.ts'
import type { Node } from '../node/node.ts'
import type { Piece } from './fetchStretch.ts'

/** Fetches the blocks from `from` to `to` from one node, piece by piece. */
export type FetchPieces = (node: Node, from: bigint, to: bigint) => AsyncGenerator<Piece | Unsettled, void>

/** Blocks that are fetched and verified while the blocks before them are stored. */
export interface Prefetch {
  /** The next piece in chain order; undefined after the last one. Rejects with the node's error. */
  next(): Promise<Piece | Unsettled | undefined>
  /** The size in blocks of the range that holds the current piece. */
  asked(): bigint
  /** Cancels every request under way. */
  end(): void
}

interface Slot {
  readonly from: bigint
  readonly to: bigint
  readonly pieces: AsyncGenerator<Piece | Unsettled, void>
  pending: Promise<IteratorResult<Piece | Unsettled, void>>
}

/** Ranges under way at once: one is consumed while the answers of the others arrive. */
const SLOTS = 3

/** `size` is read each time a slot is free: it says how many blocks to ask for. */
export function prefetch(node: Node, fetch: FetchPieces, from: bigint, to: bigint, size: () => bigint): Prefetch {
  const ended = new AbortController()
  const abortable = node.until(ended.signal)
  const slots: Slot[] = []
  let asked = 0n
  let begin = from

  const fill = (): void => {
    while (slots.length < SLOTS && begin <= to && !ended.signal.aborted) {
      const end = begin + size() - 1n
      const last = end < to ? end : to
      const pieces = fetch(abortable, begin, last)
      slots.push({ from: begin, to: last, pieces, pending: begun(pieces) })
      begin = last + 1n
    }
  }

  return {
    asked: () => asked,
    next: async () => {
      fill()
      const [slot] = slots
      if (slot === undefined) return undefined
      asked = slot.to - slot.from + 1n
      const { value: piece } = await slot.pending
      if (piece?.kind !== 'piece') return piece ?? undefined
      if (piece.blocks.at(-1)?.number === slot.to) slots.shift()
      else slot.pending = begun(slot.pieces)
      return piece
    },
    end: () => ended.abort(),
  }
}

/** A piece may fail before anyone awaits it, or after nobody needs it. */
function begun<T>(pieces: AsyncGenerator<T, void>): Promise<IteratorResult<T, void>> {
  const pending = pieces.next()
  pending.catch(() => {})
  return pending
}
