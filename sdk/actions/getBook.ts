import { type BookKey, bookId } from '../book.ts'
import type { OnDeployment, ReadingClient } from './client.ts'
import { readingOf } from './reading.ts'

export interface GetBookArgs extends OnDeployment {
  readonly book: BookKey
}

/** A book as it stands. */
export interface BookState {
  readonly id: bigint
  readonly batches: number
  /** Its fees in the model's fee unit, without what was voided or set aside. */
  readonly units: bigint
  /** What goes whole to contributors beside fees. */
  readonly givenGwei: bigint
  readonly treasuryBps: number
  readonly openedAt: number
  readonly closesAt: number
  /** Until when records can be voided, and from when it can be settled, by the Clock. */
  readonly windowEnd: number
  readonly isSettled: boolean
}

/**
 * A book of a model at an operator.
 *
 * @example
 * const { units, windowEnd } = await getBook(client, { deployment, book: { model: 2, operator: 3, number: 1 } })
 */
export async function getBook(client: ReadingClient, { deployment, book }: GetBookArgs): Promise<BookState> {
  const { reader, contracts } = readingOf(client, deployment)
  const id = bookId(book)
  const [state, windowEnd] = await Promise.all([
    reader.readContract({ ...contracts.ledger, functionName: 'bookStateOf', args: [id] }),
    reader.readContract({ ...contracts.ledger, functionName: 'windowEndOf', args: [id] }),
  ])
  const { batches, units, givenGwei, treasuryBps, openedAt, closesAt, isSettled } = state
  return { id, batches, units, givenGwei, treasuryBps, openedAt, closesAt, windowEnd, isSettled }
}
