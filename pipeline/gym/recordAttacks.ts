/** What payers and operators may try with records alone. */
import type { PaidUnit } from '../../attribution/bookPay.ts'
import { dot } from '../../attribution/codes.ts'
import type { SketchedModel } from '../certify/paidModel.ts'
import type { SharingTerms } from '../certify/rules/books.ts'
import { type Random, shuffled } from '../math/random.ts'
import { addedUp, type Book, FLOORED, NO_FLOOR, sharesOf, withWord, wordFor } from './bookShares.ts'

/** Of all fees. */
const WORD = 0.01
const SECOND_OPERATOR = 0.1
const GRIEF = 0.02
/** Of all calls, those that an operator does not record. */
const UNRECORDED = 0.5

export function silence({ units, k }: SketchedModel, { fees }: Book, friends: readonly number[], random: Random) {
  // Records of pure noise come in opposite pairs, so that they say nothing at all: one bit cannot be left empty.
  const noise: Book = { fees: Math.round(fees * (1 - WORD)), query: new Float64Array(k) }
  const word = Math.round(fees * WORD)
  const some = shuffled(friends, random)
  const most = (terms: SharingTerms): number =>
    Math.max(
      ...some.map((friend) => {
        const unit = units[friend] as PaidUnit
        return sharesOf(units, terms, withWord(noise, wordFor(unit), word))[friend] as number
      }),
    )
  return { silence: most(FLOORED), silenceNoFloor: most(NO_FLOOR) }
}

export function secondOperator({ units, k }: SketchedModel, book: Book, friends: readonly number[]) {
  const before = sharesOf(units, FLOORED, book)
  const fee = Math.round(book.fees * SECOND_OPERATOR)
  const moved = (after: readonly number[]): number =>
    after.reduce((sum, share, unit) => sum + Math.abs(share - (before[unit] as number)) / 2, 0)
  const most = (booksOf: (word: Int8Array) => readonly Book[]): number =>
    Math.max(
      ...friends.map((friend) => {
        const [first] = booksOf(wordFor(units[friend] as PaidUnit)) as [Book, ...Book[]]
        return moved(sharesOf(units, FLOORED, first))
      }),
    )
  const empty: Book = { fees: 0, query: new Float64Array(k) }
  return {
    secondOperator: most((word) => [book, withWord(empty, word, fee)]),
    secondOperatorShared: most((word) => [withWord(book, word, fee)]),
  }
}

/** What a victim loses for each fee that is paid, in pools: negative pay of one who pays to hurt. */
export function grief({ units }: SketchedModel, book: Book, signs: readonly Int8Array[], victims: readonly number[]) {
  const fee = Math.round(book.fees * GRIEF)
  const before = sharesOf(units, FLOORED, book)
  const lossOf = (victim: number, sketch: Int8Array): number => {
    const after = withWord(book, sketch, fee)
    const left = (sharesOf(units, FLOORED, after)[victim] as number) * after.fees
    return ((before[victim] as number) * book.fees - left) / fee
  }
  const worstReal = (victim: number): Int8Array => {
    const { codes } = units[victim] as PaidUnit
    return signs.reduce((worst, sketch) => (dot(codes, sketch) < dot(codes, worst) ? sketch : worst))
  }
  return {
    griefReal: Math.max(...victims.map((victim) => lossOf(victim, worstReal(victim)))),
    griefAny: Math.max(
      ...victims.map((victim) =>
        lossOf(
          victim,
          wordFor(units[victim] as PaidUnit).map((sign) => -sign),
        ),
      ),
    ),
  }
}

/** What a friend is paid when the calls that say least for it are not recorded, over before: who walks in seldom holds a receipt. */
export function underRecorded(
  { units, k }: SketchedModel,
  book: Book,
  signs: readonly Int8Array[],
  friends: readonly number[],
) {
  const before = sharesOf(units, FLOORED, book)
  const left = Math.round(signs.length * (1 - UNRECORDED))
  const gains = friends.map((friend) => {
    const { codes } = units[friend] as PaidUnit
    const suiting = signs.toSorted((a, b) => dot(codes, b) - dot(codes, a)).slice(0, left)
    const after = addedUp(suiting, k)
    const paid = (sharesOf(units, FLOORED, after)[friend] as number) * after.fees
    return paid / ((before[friend] as number) * book.fees)
  })
  return { underRecorded: Math.max(...gains) }
}
