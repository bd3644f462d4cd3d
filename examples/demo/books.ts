import type { BookPay } from '../../attribution/bookPay.ts'
import type { BookKey } from '../../sdk/book.ts'
import { type OpenedBook, openBook } from '../../sdk/openBook.ts'
import { type OpenedModel, openModel, struckUnits } from '../../sdk/openModel.ts'
import { type ModelPayTerms, predictPay, recordDims } from '../../sdk/predictPay.ts'
import type { Context } from './context.ts'
import type { PublishedTask } from './publishing.ts'

/** Books, and what each of them pays by `attribution/`: worked out from what was recorded, whether it is settled or not. */

export interface PaidBook extends OpenedBook {
  readonly pay: BookPay
}

export interface ModelBooks {
  readonly model: OpenedModel
  readonly operator: number
  /** The oldest first. */
  readonly books: readonly PaidBook[]
}

export async function booksOf({ connection }: Context, { published }: PublishedTask): Promise<ModelBooks> {
  const { reader, contracts } = connection
  const { operator, publication } = published
  const model = await openModel(connection, publication.model)
  const args = [model.model, operator] as const
  const count = await reader.readContract({ ...contracts.ledger, functionName: 'bookCountOf', args })
  const books: PaidBook[] = []
  for (let number = 1; number <= count; number++) {
    const key: BookKey = { model: model.model, operator, number }
    const opened = await openBook(connection, key, recordDims(model.terms))
    const struck = await struckUnits(connection, model.model, opened.windowEnd)
    books.push({ ...opened, pay: predictPay(model.terms, model.registered.units, struck, opened) })
  }
  return { model, operator, books }
}

/** By what the contributors’ part of `books` was split: each one's share of the whole. */
export function splitOf(
  { contributorBps, baseBps }: ModelPayTerms,
  books: readonly PaidBook[],
): { netInfluence: number; rows: number; fixedWeights: number } {
  let [whole, byInfluence, byRows] = [0, 0, 0]
  for (const { pay, givenGwei } of books) {
    const pool = (Number(pay.total - givenGwei) * contributorBps) / 10_000
    const weighed = Number(sum(pay.weights))
    whole += pool + Number(givenGwei)
    byRows += (pool * baseBps) / 10_000
    byInfluence += pay.divisor === 0n ? 0 : (pool * (1 - baseBps / 10_000) * weighed) / Number(pay.divisor)
  }
  if (whole === 0) return { netInfluence: 0, rows: 0, fixedWeights: 0 }
  const [netInfluence, rows] = [byInfluence / whole, byRows / whole]
  return { netInfluence, rows, fixedWeights: Math.max(0, 1 - netInfluence - rows) }
}

function sum(amounts: readonly bigint[]): bigint {
  return amounts.reduce((total, gwei) => total + gwei, 0n)
}

/** What units were paid together by `books`, in gwei. */
export function paidUnits({ model }: ModelBooks, books: readonly PaidBook[]): readonly bigint[] {
  return model.registered.units.map((_, unit) => books.reduce((sum, { pay }) => sum + (pay.units[unit] as bigint), 0n))
}
