/** Books in numbers, and what each unit's part of their pool is. */
import { type PaidUnit, payBook } from '../../attribution/bookPay.ts'
import type { SharingTerms } from '../certify/rules/books.ts'

/** F and Q. */
export interface Book {
  readonly fees: number
  readonly query: Float64Array
}

/** Fee units of an answer. */
export const FEE = 100

export const FLOORED: SharingTerms = { baseBps: 0, floorBps: 10_000, sketched: true }
export const NO_FLOOR: SharingTerms = { baseBps: 0, floorBps: 0, sketched: true }
export const FIXED: SharingTerms = { baseBps: 0, floorBps: 10_000, sketched: false }

/** The book of these answers. */
export function addedUp(signs: readonly Int8Array[], k: number): Book {
  const query = new Float64Array(k)
  for (const sketch of signs) for (let d = 0; d < k; d++) query[d] = (query[d] as number) + FEE * (sketch[d] as number)
  return { fees: FEE * signs.length, query }
}

/** The book with one record more. */
export function withWord({ fees, query }: Book, sketch: Int8Array, fee: number): Book {
  return { fees: fees + fee, query: query.map((x, d) => x + fee * (sketch[d] as number)) }
}

/** Each unit's part of the pool. */
export function sharesOf(units: readonly PaidUnit[], terms: SharingTerms, { fees, query }: Book): readonly number[] {
  const paid = payBook(
    {
      contributorBps: 10_000,
      operatorBps: 0,
      royaltiesBps: [],
      treasuryBps: 0,
      feeUnit: 1_000_000_000n,
      ...terms,
    },
    units,
    { feeUnits: BigInt(fees), query: BigInt64Array.from(query, (x) => BigInt(Math.round(x))), given: 0n },
  )
  return paid.units.map((amount) => Number(amount) / Number(paid.total))
}

/** The sketch that says most for a unit. */
export function wordFor({ codes }: PaidUnit): Int8Array {
  return codes.map((code) => (code >= 0 ? 1 : -1))
}
