import type { BookPay } from '../attribution/bookPay.ts'
import { jointPlaces } from './accountModels.ts'
import type { BookKey } from './book.ts'
import { bookKeyOf } from './book.ts'
import type { Reading } from './contracts.ts'
import { type OpenedBook, openBook } from './openBook.ts'
import { type OpenedModel, struckUnits } from './openModel.ts'
import { predictPay, recordDims } from './predictPay.ts'
import { unsettledBooks } from './settling.ts'

/** What an account will be paid of a book that is not settled, as it stands now. */
export interface PendingPay {
  readonly key: BookKey
  readonly gwei: bigint
  /** When it can be settled, by the contracts' clock: at the latest, while the book takes records. */
  readonly windowEnd: number
  readonly isOpen: boolean
  readonly model: OpenedModel
}

export async function pendingPay(
  reading: Reading,
  account: number,
  models: readonly OpenedModel[],
): Promise<readonly PendingPay[]> {
  const { reader, contracts } = reading
  const time = await reader.readContract({ ...contracts.clock, functionName: 'time' })
  const pending: PendingPay[] = []
  for (const model of models) {
    for (const operator of await operatorsOf(reading, model.model)) {
      for (const { key } of await unsettledBooks(reading, model.model, operator)) {
        const book = await openBook(reading, key, recordDims(model.terms))
        const struck = await struckUnits(reading, model.model, book.windowEnd)
        const pay = predictPay(model.terms, model.registered.units, struck, book)
        const gwei = partOf(pay, account, model, book)
        if (gwei === 0n) continue
        pending.push({ key, gwei, windowEnd: book.windowEnd, isOpen: time < book.closesAt, model })
      }
    }
  }
  return pending
}

/** Everybody whom a model's owner ever let record its calls. */
export async function operatorsOf(
  { reader, contracts, fromBlock }: Reading,
  model: number,
): Promise<readonly number[]> {
  const events = await reader.getContractEvents({
    ...contracts.models,
    eventName: 'OperatorSet',
    args: { model },
    fromBlock,
    strict: true,
  })
  return [...new Set(events.map(({ args }) => args.operator))]
}

/** An account's part of a book's pay, in every office that it has. */
function partOf(pay: BookPay, account: number, model: OpenedModel, { book }: OpenedBook): bigint {
  const { registered, owner, royalties } = model
  const own = registered.units.map(({ payee }, unit) => (payee === account ? (pay.units[unit] as bigint) : 0n))
  const joint = jointPlaces(model, account).map(
    ({ unit, kept, unitKept }) => ((pay.units[unit] as bigint) * BigInt(kept)) / BigInt(unitKept),
  )
  const ancestors = royalties.map((royalty, i) => (royalty.account === account ? (pay.royalties[i] as bigint) : 0n))
  const operator = bookKeyOf(book).operator === account ? pay.operator : 0n
  return [...own, ...joint, ...ancestors, operator, owner === account ? pay.owner : 0n].reduce((a, b) => a + b, 0n)
}
