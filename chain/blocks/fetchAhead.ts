import type { Unsettled } from '../contradiction.ts'
import type { Node } from '../node/node.ts'
import type { Fetched } from './fetchStretch.ts'

/** The pieces that one node gives of the blocks from `from` to `to`. */
export type Fetch = (node: Node, from: bigint, to: bigint) => AsyncGenerator<Fetched | Unsettled, void>

/** Blocks that are fetched and verified while those before them are stored. */
export interface Ahead {
  /** The next piece in the chain's order; undefined once all are given. Fails as the node did. */
  next(): Promise<Fetched | Unsettled | undefined>
  /** How many blocks were asked for together with the piece that is next, or was just given. */
  asked(): bigint
  /** Whatever is under way is not wanted any more. */
  end(): void
}

interface Slot {
  readonly from: bigint
  readonly to: bigint
  readonly pieces: AsyncGenerator<Fetched | Unsettled, void>
  pending: Promise<IteratorResult<Fetched | Unsettled, void>>
}

/** So many ranges are under way at once: one that is consumed, and those whose answers come meanwhile. */
const SLOTS = 3

/** `size` says how many blocks to ask for, whenever there is room for more. */
export function fetchAhead(node: Node, fetch: Fetch, from: bigint, to: bigint, size: () => bigint): Ahead {
  const ended = new AbortController()
  const speaking = node.until(ended.signal)
  const slots: Slot[] = []
  let asked = 0n
  let begin = from

  const fill = (): void => {
    while (slots.length < SLOTS && begin <= to && !ended.signal.aborted) {
      const end = begin + size() - 1n
      const last = end < to ? end : to
      const pieces = fetch(speaking, begin, last)
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
      if (piece?.kind !== 'fetched') return piece ?? undefined
      if (piece.blocks.at(-1)?.number === slot.to) slots.shift()
      else slot.pending = begun(slot.pieces)
      return piece
    },
    end: () => ended.abort(),
  }
}

/** A piece may fail before anybody waits for it, or where nobody wants it any more. */
function begun<T>(pieces: AsyncGenerator<T, void>): Promise<IteratorResult<T, void>> {
  const pending = pieces.next()
  pending.catch(() => {})
  return pending
}
