import type { TransactionReceipt } from 'viem'
import type { BookKey } from '../book.ts'
import { callTo } from '../contractCall.ts'
import type { Reading } from '../contracts.ts'
import { openBook } from '../openBook.ts'
import { type OpenedModel, openModel } from '../openModel.ts'
import { recordDims } from '../predictPay.ts'
import type { SettlingBook } from '../settlement.ts'
import { nextPage, settlingOf } from '../settling.ts'
import type { SigningClient } from './client.ts'
import { readingOf } from './reading.ts'
import { type Sending, send } from './send.ts'

export interface SettleArgs extends Sending {
  readonly book: BookKey
}

/**
 * Settles what is left of a book whose window is over, page by page. What somebody else settles meanwhile is passed over.
 *
 * @example
 * const receipts = await settle(client, { deployment, book: { model: 2, operator: 3, number: 1 } })
 */
export async function settle(
  client: SigningClient,
  { book, ...sending }: SettleArgs,
): Promise<readonly TransactionReceipt[]> {
  const reading = readingOf(client, sending.deployment)
  const { settling } = await openSettling(reading, book)
  const receipts: TransactionReceipt[] = []
  for (;;) {
    const page = await nextPage(reading, settling)
    if (page === undefined) return receipts
    receipts.push(await send(client, sending, callTo(reading.contracts.settlement, 'settle', [page])))
  }
}

/** All that settling a book needs, asked of a node alone. */
export async function openSettling(
  reading: Reading,
  key: BookKey,
): Promise<{ readonly model: OpenedModel; readonly settling: SettlingBook }> {
  const model = await openModel(reading, key.model)
  const opened = await openBook(reading, key, recordDims(model.terms))
  return { model, settling: await settlingOf(reading, model, opened) }
}
