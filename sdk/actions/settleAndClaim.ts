import { jointPlaces } from '../accountModels.ts'
import type { BookKey } from '../book.ts'
import { callTo } from '../contractCall.ts'
import { reachedBy, STAGES } from '../settlement.ts'
import { nextPage } from '../settling.ts'
import { type Claimed, claim, claimedIn } from './claim.ts'
import type { SigningClient } from './client.ts'
import { readingOf } from './reading.ts'
import { type Sending, send } from './send.ts'
import { openSettling } from './settle.ts'

export interface SettleAndClaimArgs extends Sending {
  readonly book: BookKey
  /** Whose earnings are paid out after the last page. */
  readonly account: number
}

/**
 * Settles a book whose window is over and pays out an account's earnings with its last page: most books take one transaction.
 *
 * @example
 * const { amountGwei } = await settleAndClaim(client, { deployment, book: { model: 2, operator: 3, number: 1 }, account: 7 })
 */
export async function settleAndClaim(
  client: SigningClient,
  { book, account, ...sending }: SettleAndClaimArgs,
): Promise<Claimed> {
  const reading = readingOf(client, sending.deployment)
  const { earnings, settlement } = reading.contracts
  const { model, settling } = await openSettling(reading, book)
  const shares = jointPlaces(model, account).map(({ unit, member }) => ({ model: book.model, unit, member }))
  for (;;) {
    const page = await nextPage(reading, settling)
    if (page === undefined) return await claim(client, { ...sending, account, shares })
    if (reachedBy(settling, page).stage === STAGES.settled) {
      const call = callTo(earnings, 'settleAndClaim', [page, account, shares])
      return claimedIn(await send(client, sending, call), earnings)
    }
    await send(client, sending, callTo(settlement, 'settle', [page]))
  }
}
