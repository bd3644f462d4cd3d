import type { Kysely } from 'kysely'
import { netInfluence, payBook } from '../../../attribution/bookPay.ts'
import { bookSum } from '../../../attribution/bookSum.ts'
import { recordDims } from '../../../sdk/predictPay.ts'
import type { Database } from '../../store/schema.ts'
import type { AsOf } from '../query/asOf.ts'
import { bookBatches, type RecordedSums } from './batchSums.ts'
import type { ModelUnits } from './modelUnits.ts'

/** What each party earns from a book, and how it is computed. */
export interface BookPayment {
  /** Whether the book is not settled, and this is what it would pay now. */
  readonly pending: boolean
  readonly totalGwei: bigint
  readonly contributorsGwei: bigint
  readonly operatorGwei: bigint
  readonly ownerGwei: bigint
  readonly treasuryGwei: bigint
  readonly royalties: readonly RoyaltyPayment[]
  /** The sum of W, the floor, and the larger of the two. */
  readonly net: bigint
  readonly floor: bigint
  readonly scale: bigint
  /** By number. */
  readonly units: readonly UnitPay[]
}

export interface UnitPay {
  readonly number: number
  /** W; null where records have no sketches. */
  readonly weight: bigint | null
  readonly amountGwei: bigint
}

export interface RoyaltyPayment {
  readonly position: number
  readonly account: bigint
  readonly amountGwei: bigint
}

/** A row of the book entity. */
export interface BookRow {
  readonly id: bigint
  readonly model: bigint
  readonly windowEnd: bigint
  readonly treasuryBps: bigint
  readonly feesGwei: bigint
  readonly givenGwei: bigint
}

const BPS = 10_000n

/**
 * What a book paid, from its events; or, before it is settled, what it would pay, as the contract
 * computes it.
 */
export async function bookPayment(
  db: Kysely<Database>,
  book: BookRow,
  at: Pick<AsOf, 'block'>,
  model: ModelUnits,
  kept: RecordedSums,
): Promise<BookPayment> {
  const settled = await db
    .selectFrom('bookSettled')
    .selectAll()
    .where('book', '=', book.id)
    .where('block', '<=', at.block)
    .executeTakeFirst()
  return settled === undefined ? await payIfSettled(db, book, at, model, kept) : await paid(db, book, model, settled)
}

async function payIfSettled(
  db: Kysely<Database>,
  book: BookRow,
  at: Pick<AsOf, 'block'>,
  { terms, units, royaltyAccounts }: ModelUnits,
  kept: RecordedSums,
): Promise<BookPayment> {
  const k = recordDims(terms)
  const struck = await db
    .selectFrom('unitStruck')
    .select('unit')
    .where('model', '=', book.model)
    .where('block', '<=', at.block)
    .where('struckAt', '<', book.windowEnd)
    .execute()
  const gone = new Set(struck.map(({ unit }) => Number(unit)))
  const batches = await bookBatches(db, book.id, at, k, kept)
  const pay = payBook(
    { ...terms, treasuryBps: Number(book.treasuryBps), feeUnit: terms.feeUnitGwei },
    units.map((unit, number) => ({ ...unit, struck: gone.has(number) })),
    { ...bookSum(batches, k), given: book.givenGwei },
  )
  return {
    pending: true,
    totalGwei: pay.total,
    contributorsGwei: sum(pay.units),
    operatorGwei: pay.operator,
    ownerGwei: pay.owner,
    treasuryGwei: pay.treasury,
    royalties: pay.royalties.map((amountGwei, position) => ({
      position,
      account: royaltyAccounts[position] ?? 0n,
      amountGwei,
    })),
    net: sum(pay.weights),
    floor: pay.floor,
    scale: pay.divisor,
    units: pay.units.map((amountGwei, number) => ({
      number,
      weight: terms.sketched ? (pay.weights[number] ?? 0n) : null,
      amountGwei,
    })),
  }
}

/**
 * What each unit helped less what it harmed in a book, by number; undefined where records have no
 * sketches. Events tell it of those alone that helped more.
 */
export async function bookInfluences(
  db: Kysely<Database>,
  book: bigint,
  at: Pick<AsOf, 'block'>,
  { terms, units }: ModelUnits,
  kept: RecordedSums,
): Promise<readonly bigint[] | undefined> {
  if (!terms.sketched) return undefined
  const k = recordDims(terms)
  const { query } = bookSum(await bookBatches(db, book, at, k, kept), k)
  return units.map((unit) => netInfluence(unit, query))
}

async function paid(
  db: Kysely<Database>,
  { id, feesGwei, givenGwei }: BookRow,
  { terms, floorNorm, royaltyAccounts }: ModelUnits,
  settled: Database['bookSettled'],
): Promise<BookPayment> {
  const units = await db
    .selectFrom('unitPaid as p')
    .leftJoin('unitWeighed as w', (join) => join.onRef('w.book', '=', 'p.book').onRef('w.unit', '=', 'p.unit'))
    .select(['p.unit', 'p.amountGwei', 'w.weight'])
    .where('p.book', '=', id)
    .orderBy('p.unit')
    .execute()
  const royalties = await db
    .selectFrom('royaltyPaid')
    .select(['position', 'amountGwei'])
    .where('book', '=', id)
    .orderBy('position')
    .execute()
  const net = sum(units.map(({ weight }) => weight ?? 0n))
  const floor = (BigInt(terms.floorBps) * (feesGwei / terms.feeUnitGwei) * floorNorm) / BPS
  const { contributorsGwei, operatorGwei, ownerGwei, treasuryGwei } = settled
  return {
    pending: false,
    totalGwei: feesGwei + givenGwei,
    contributorsGwei,
    operatorGwei,
    ownerGwei,
    treasuryGwei,
    royalties: royalties.map(({ position, amountGwei }) => ({
      position: Number(position),
      account: royaltyAccounts[Number(position)] ?? 0n,
      amountGwei,
    })),
    net,
    floor,
    scale: net > floor ? net : floor,
    units: units.map(({ unit, weight, amountGwei }) => ({ number: Number(unit), weight, amountGwei })),
  }
}

function sum(amounts: readonly bigint[]): bigint {
  return amounts.reduce((total, amount) => total + amount, 0n)
}
