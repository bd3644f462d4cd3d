import type { BookKey } from './book.ts'
import { bookId } from './book.ts'
import type { Reading } from './contracts.ts'
import type { OpenedBook } from './openBook.ts'
import { type OpenedModel, struckUnits } from './openModel.ts'
import { settlingBook } from './predictPay.ts'
import { type BookPage, pageAt, type Reached, type SettlingBook, STAGES, USUAL_LIMITS } from './settlement.ts'

/** Which books are not settled, and how far the settlement of one is. */

/** Books of a model and an operator that are not settled, the oldest first, with their windows' ends. */
export async function unsettledBooks(
  { reader, contracts }: Reading,
  model: number,
  operator: number,
): Promise<readonly { readonly key: BookKey; readonly windowEnd: number }[]> {
  const { ledger } = contracts
  const count = await reader.readContract({ ...ledger, functionName: 'bookCountOf', args: [model, operator] })
  const keys = Array.from({ length: count }, (_, i): BookKey => ({ model, operator, number: i + 1 }))
  const states = await Promise.all(
    keys.map((key) => reader.readContract({ ...ledger, functionName: 'bookStateOf', args: [bookId(key)] })),
  )
  return keys.flatMap((key, i) => {
    const state = states[i]
    if (state === undefined || state.isSettled) return []
    return [{ key, windowEnd: state.closesAt + state.windowSeconds }]
  })
}

/** The page with which a book's settlement goes on; undefined where it is settled. */
export async function nextPage(
  reading: Reading,
  settling: SettlingBook,
  limits = USUAL_LIMITS,
): Promise<BookPage | undefined> {
  const reached = await reachedIn(reading, settling.book)
  return reached.stage === STAGES.settled ? undefined : pageAt(settling, reached, limits)
}

/** All that settling a book needs. */
export async function settlingOf(reading: Reading, model: OpenedModel, opened: OpenedBook): Promise<SettlingBook> {
  const struck = await struckUnits(reading, model.model, opened.windowEnd)
  return settlingBook(model.terms, model.registered.units, struck, opened)
}

/** Where a book's settlement is. */
export async function reachedIn({ reader, contracts }: Reading, book: bigint): Promise<Reached> {
  const args = [book] as const
  const [stage, next] = await reader.readContract({ ...contracts.settlement, functionName: 'progressOf', args })
  return { stage: stage as Reached['stage'], next }
}
