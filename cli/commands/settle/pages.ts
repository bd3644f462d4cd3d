import type { BookKey } from '../../../sdk/book.ts'
import { bookId } from '../../../sdk/book.ts'
import { callTo } from '../../../sdk/contractCall.ts'
import type { Connection } from '../../../sdk/contracts.ts'
import type { PlannedTransaction } from '../../../sdk/node/transactions/plan.ts'
import { openBook } from '../../../sdk/openBook.ts'
import type { OpenedModel } from '../../../sdk/openModel.ts'
import { recordDims } from '../../../sdk/predictPay.ts'
import { type PageLimits, pagesFrom, USUAL_LIMITS } from '../../../sdk/settlement.ts'
import { reachedIn, settlingOf } from '../../../sdk/settling.ts'

/** How a book is named on the command line: model, operator and number. */
export function bookName({ model, operator, number }: BookKey): string {
  return `${model}/${operator}/${number}`
}

/**
 * What is left of a book's settlement, a transaction a page. They are sent from the journal on disk: killed between two pages, the same
 * command continues with the next. Pages that somebody else sent meanwhile are refused, and running it again plans from where they ended.
 */
export async function settlingPages(
  connection: Connection,
  model: OpenedModel,
  key: BookKey,
  limits: PageLimits = USUAL_LIMITS,
): Promise<readonly PlannedTransaction[]> {
  const opened = await openBook(connection, key, recordDims(model.terms))
  const [settling, reached] = await Promise.all([
    settlingOf(connection, model, opened),
    reachedIn(connection, bookId(key)),
  ])
  const pages = pagesFrom(settling, reached, limits)
  return pages.map((page, i) => ({
    call: callTo(connection.contracts.settlement, 'settle', [page]),
    effect: `Settle book ${bookName(key)}${pages.length > 1 ? `, page ${i + 1} of ${pages.length}` : ''}`,
  }))
}
