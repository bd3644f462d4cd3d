import type { TransactionReceipt } from 'viem'
import type { BookKey } from '../book.ts'
import type { Wallet } from '../chain.ts'
import { callTo } from '../contractCall.ts'
import type { Connection } from '../contracts.ts'
import { type KeptBatches, openBook } from '../openBook.ts'
import type { OpenedModel } from '../openModel.ts'
import { recordDims } from '../predictPay.ts'
import { nextPage, settlingOf } from '../settling.ts'
import { transact } from './transactions/transact.ts'

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
