import type { TransactionReceipt } from 'viem'
import type { ToldBatch } from '../../sdk/batch.ts'
import { bookId } from '../../sdk/book.ts'
import type { Wallet } from '../../sdk/chain.ts'
import type { Connection } from '../../sdk/contracts.ts'
import { settleBook } from '../../sdk/node/settleBook.ts'
import { unsettledBooks } from '../../sdk/settling.ts'
import type { Serving } from '../serving.ts'

/**
 * Settles the operator's own books that are due: until then its bond answers for them. What others settled is passed over.
 * @param keptOf The batches of a book, where they were kept: nodes may drop old logs.
 */
export async function settleDue(
  connection: Connection,
  wallet: Wallet,
  { model, operator }: Serving,
  keptOf: (book: bigint) => Promise<readonly ToldBatch[]> = async () => [],
): Promise<readonly TransactionReceipt[]> {
  const { reader, contracts } = connection
  const time = await reader.readContract({ ...contracts.clock, functionName: 'time' })
  const receipts: TransactionReceipt[] = []
  for (const { key, windowEnd } of await unsettledBooks(connection, model.model, operator)) {
    if (windowEnd > time) continue
    const kept = await keptOf(bookId(key))
    receipts.push(...(await settleBook(connection, wallet, model, key, () => kept)))
  }
  return receipts
}
