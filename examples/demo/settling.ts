import { settleDue } from '../../gateway/batcher/settleDue.ts'
import { loadServing } from '../../gateway/serving.ts'
import { jointPlaces } from '../../sdk/accountModels.ts'
import { callTo } from '../../sdk/contractCall.ts'
import { transact } from '../../sdk/node/transactions/transact.ts'
import { reachedBy, STAGES } from '../../sdk/settlement.ts'
import { nextPage, settlingOf } from '../../sdk/settling.ts'
import { booksOf, type ModelBooks, type PaidBook } from './books.ts'
import { byEarnings, claimElsewhere, claimFor, claimForMany, drawJointShares, type Earner } from './claims.ts'
import { type Context, walletOf } from './context.ts'
import type { FrozenDataset } from './dataset.ts'
import { reachTime } from './epochs.ts'
import type { Report } from './progress.ts'
import type { PublishedTask } from './publishing.ts'

/**
 * Books close, and their windows pass, in which records could be voided. The operator settles all but the last, which the best-paid
 * contributor settles page by page and claims with the last page.
 */

export interface TaskToSettle extends PublishedTask {
  readonly frozen: FrozenDataset
}

/** So few that a book of the demo takes several pages. */
const PAGE = { batches: 1, units: 24 }
const STEPS = 5

export async function settleAndClaimAll(
  context: Context,
  tasks: readonly TaskToSettle[],
  report: Report,
): Promise<void> {
  const opened = await Promise.all(tasks.map((task) => booksOf(context, task)))
  for (const [i, task] of tasks.entries()) {
    const done = (step: number) => report(i * STEPS + step, tasks.length * STEPS)
    const books = opened[i] as ModelBooks
    const [best, second, ...others] = byEarnings(task.demo, task.frozen, books)
    const last = books.books.at(-1)
    if (last === undefined || best === undefined || second === undefined) continue
    await settleEarlier(context, task, books.books.slice(0, -1))
    done(1)
    if (books.books.length > 1 && !last.isSettled) await claimFor(context, best)
    done(2)
    await reachTime(context, last.windowEnd)
    await settleInPages(context, books, last, best)
    done(3)
    await drawJointShares(context, [best, second, ...others], books)
    done(4)
    await claimElsewhere(context, second)
    await claimForMany(context, others.slice(0, 3))
    done(5)
  }
}

/** The operator's own settling: until then its bond answers for these books. */
async function settleEarlier(context: Context, task: TaskToSettle, books: readonly PaidBook[]): Promise<void> {
  const { connection, wallets } = context
  if (books.every(({ isSettled }) => isSettled)) return
  await reachTime(context, Math.max(...books.map(({ windowEnd }) => windowEnd)))
  const serving = await loadServing(connection, task.published, task.published.operator)
  await settleDue(connection, walletOf(context, wallets.operator), serving)
}

/** With the last page comes the pay: settled and claimed in one transaction. */
async function settleInPages(context: Context, { model }: ModelBooks, book: PaidBook, earner: Earner): Promise<void> {
  const { connection } = context
  const { reader, contracts } = connection
  const settling = await settlingOf(connection, model, book)
  const shares = jointPlaces(model, earner.account).map(({ unit, member }) => ({ model: model.model, unit, member }))
  for (;;) {
    const page = await nextPage(connection, settling, PAGE)
    if (page === undefined) return
    const isLast = reachedBy(settling, page).stage === STAGES.settled
    await transact(
      reader,
      walletOf(context, earner.holder),
      isLast
        ? callTo(contracts.earnings, 'settleAndClaim', [page, earner.account, shares])
        : callTo(contracts.settlement, 'settle', [page]),
    )
  }
}
