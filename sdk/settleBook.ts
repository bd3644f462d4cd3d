import type { TransactionReceipt } from 'viem'
import type { BookKey } from './book.ts'
import { bookId } from './book.ts'
import type { Wallet } from './chain.ts'
import type { Connection } from './contracts.ts'
import { callTo } from './node/contractCall.ts'
import { transact } from './node/transactions/transact.ts'
import { type KeptBatches, type OpenedBook, openBook } from './openBook.ts'
import { type OpenedModel, struckUnits } from './openModel.ts'
import { recordDims, settlingBook } from './predictPay.ts'
import { type BookPage, pageAt, type Reached, type SettlingBook, STAGES, USUAL_LIMITS } from './settlement.ts'

/** Settling books that are due. Whatever somebody else settles meanwhile is passed over. */

/** Books of a model and an operator that are not settled, the oldest first, with their windows' ends. */
export async function unsettledBooks(
  { reader, contracts }: Connection,
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

/** Settles what is left of a book whose window is over. */
export async function settleBook(
  connection: Connection,
  wallet: Wallet,
  model: OpenedModel,
  key: BookKey,
  kept?: KeptBatches,
): Promise<readonly TransactionReceipt[]> {
  const { reader, contracts } = connection
  const opened = await openBook(connection, key, recordDims(model.terms), kept)
  const settling = await settlingOf(connection, model, opened)
  const receipts: TransactionReceipt[] = []
  for (;;) {
    const page = await nextPage(connection, settling)
    if (page === undefined) return receipts
    receipts.push(await transact(reader, wallet, callTo(contracts.settlement, 'settle', [page])))
  }
}

/** The page with which a book's settlement goes on; undefined where it is settled. */
export async function nextPage(
  connection: Connection,
  settling: SettlingBook,
  limits = USUAL_LIMITS,
): Promise<BookPage | undefined> {
  const reached = await reachedIn(connection, settling.book)
  return reached.stage === STAGES.settled ? undefined : pageAt(settling, reached, limits)
}

/** All that settling a book needs. */
export async function settlingOf(
  connection: Connection,
  model: OpenedModel,
  opened: OpenedBook,
): Promise<SettlingBook> {
  const struck = await struckUnits(connection, model.model, opened.windowEnd)
  return settlingBook(model.terms, model.registered.units, struck, opened)
}

async function reachedIn({ reader, contracts }: Connection, book: bigint): Promise<Reached> {
  const args = [book] as const
  const [stage, next] = await reader.readContract({ ...contracts.settlement, functionName: 'progressOf', args })
  return { stage: stage as Reached['stage'], next }
}
