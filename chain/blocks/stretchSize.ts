import { type Range, rangeAfter } from '../node/range.ts'
import type { Piece } from './fetchStretch.ts'

/**
 * Target size of a stretch in bytes of JSON: a smaller one costs round trips, a larger one memory.
 */
const TARGET_BYTES = 3 * 2 ** 20
const LOG_BYTES = 600
/** Log data arrives as hexadecimal and becomes rows: a thousand from one batch. */
const COPIES_OF_DATA = 4
const HEADER_BYTES = 1_700
const HASH_BYTES = 69

type Fetched = Pick<Piece, 'blocks' | 'logs'>

/** The range to ask for next, after `asked` blocks gave this much. */
export function rangeAfterStretch(range: Range, asked: bigint, stretch: Fetched): Range {
  return rangeAfter(range, asked, bytesOf(stretch), TARGET_BYTES)
}

/** How many blocks a request asks for: the range, or what is left below the node's head. */
export function blocksAsked(range: Range, first: bigint, nodeHead: bigint): bigint {
  const left = nodeHead - first + 1n
  return left >= 1n && left < range.size ? left : range.size
}

function bytesOf({ blocks, logs }: Fetched): number {
  const headers = blocks.reduce((sum, { transactions }) => sum + HEADER_BYTES + HASH_BYTES * transactions.length, 0)
  return logs.reduce((sum, { data }) => sum + LOG_BYTES + COPIES_OF_DATA * data.length, headers)
}
