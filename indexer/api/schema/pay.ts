import { bytesToHex } from 'viem'
import { encodeSum } from '../../../attribution/querySumBytes.ts'
import { standingBatch } from '../computed/batchSums.ts'
import { type BookPayment, type BookRow, bookInfluences, bookPayment, type UnitPay } from '../computed/bookPayment.ts'
import { type ModelUnits, modelUnits } from '../computed/modelUnits.ts'
import { account } from '../entities/account.ts'
import { unit } from '../entities/unit.ts'
import type { AsOf } from '../query/asOf.ts'
import { BadRequest } from '../query/badRequest.ts'
import type { Context } from '../query/context.ts'
import type { Row } from '../query/entity.ts'
import { listOf } from './lists.ts'

/**
 * What books pay, before and after settlement, and the sketches of units and batches: computed only
 * on request.
 */

export const paySdl = `
"What a unit earns by a book."
type UnitPay {
  "The unit’s number."
  unitId: UInt!
  "The unit."
  unit: Unit!
  "W: its net influence on the book, 0 where it harmed more than it helped or was struck; none where records have no sketches."
  weight: BigInt
  "What it helped less what it harmed: below 0, by how much it harmed more. None where records have no sketches."
  influence: BigInt
  "In gwei-OPEN."
  amountGwei: BigInt!
}
"The best paid units."
type UnitPayPage {
  "Best paid first."
  items: [UnitPay!]!
  "How many there are in all."
  totalCount: UInt!
}
"What an owner up the lineage earns by a book."
type RoyaltyPay {
  "Its place in the lineage, from 0."
  position: UInt!
  "Who is paid."
  accountId: UInt!
  "Who is paid."
  account: Account!
  "In gwei-OPEN."
  amountGwei: BigInt!
}
"Whom a book’s fees and gifts belong to, in gwei-OPEN. docs/protocol.md, Books and pay."
type BookPay {
  "Whether it is what the book would pay if it were settled as it stands now, and not yet anybody’s: records may follow, or be voided."
  pending: Boolean!
  "Fees that stand and gifts: the sum of all below."
  totalGwei: BigInt!
  "All units."
  contributorsGwei: BigInt!
  "Who served the calls."
  operatorGwei: BigInt!
  "The model’s owner."
  ownerGwei: BigInt!
  "Owners up the lineage."
  royaltiesGwei: BigInt!
  "The treasury, with what rounding leaves."
  treasuryGwei: BigInt!
  "The sum of W of all units."
  net: BigInt!
  "The least by which net influence is measured."
  floor: BigInt!
  "By which it is measured: the larger of the two."
  scale: BigInt!
  "Best paid first."
  units("1 to 500." limit: UInt = 50): UnitPayPage!
  "Owners up the lineage, each."
  royalties: [RoyaltyPay!]!
}
extend type Book { "What it paid, or would pay now." pay: BookPay! }
extend type Unit { "Its packed sketch, two codes a byte; empty where the model has none." sketch: Bytes! }
extend type Batch {
  "The sum of the query sketches of the records that stand, as the contracts take it; empty where they have none."
  sum: Bytes!
}
`

interface Paid extends BookPayment {
  readonly at: AsOf
  readonly model: bigint
  readonly book: bigint
}

type PaidUnit = UnitPay & Pick<Paid, 'at' | 'model' | 'book'>

export const payResolvers = {
  Book: { pay: async (book: Row, _: object, context: Context): Promise<Paid> => await payOf(book, context) },
  BookPay: {
    royaltiesGwei: ({ royalties }: Paid) => royalties.reduce((sum, { amountGwei }) => sum + amountGwei, 0n),
    units: ({ units, at, model, book }: Paid, { limit }: { limit: bigint }) => {
      const best = units.toSorted((a, b) => compare(b.amountGwei, a.amountGwei) || a.number - b.number)
      return listOf(
        best.map((one): PaidUnit => ({ ...one, at, model, book })),
        limit,
      )
    },
    royalties: ({ royalties, at }: Paid) => royalties.map((royalty) => ({ ...royalty, at })),
  },
  UnitPay: {
    unitId: ({ number }: PaidUnit) => number,
    unit: ({ at, model, number }: PaidUnit, _: object, context: Context) =>
      context.linkedOne(unit, at, ['model', 'unit'], [model, BigInt(number)]),
    influence: async ({ at, model, book, number }: PaidUnit, _: object, context: Context) => {
      const { once, db, computed } = context
      const influences = await once(`influences ${book} ${at.block}`, async () =>
        bookInfluences(db, book, at, await unitsOf(context, model, at), computed.sums),
      )
      return influences?.[number] ?? null
    },
  },
  RoyaltyPay: {
    accountId: ({ account: id }: { account: bigint }) => id,
    account: ({ at, account: id }: { at: AsOf; account: bigint }, _: object, context: Context) =>
      context.linkedOne(account, at, ['id'], [id]),
  },
  Unit: {
    sketch: async ({ model, unit: number }: Row, _: object, { db }: Context) => {
      const found = db
        .selectFrom('unitSketch')
        .select('sketch')
        .where('model', '=', model as bigint)
      return (await found.where('unit', '=', number as bigint).executeTakeFirst())?.sketch ?? '0x'
    },
  },
  Batch: {
    sum: async ({ id, model, at }: Row, _: object, context: Context) => {
      const { db, computed } = context
      const { sketched, dims } = (await unitsOf(context, model as bigint, at)).terms
      if (!sketched) return '0x'
      const found = await standingBatch(db, id as bigint, at, dims, computed.sums)
      return found === undefined ? '0x' : bytesToHex(encodeSum(found.sum))
    },
  },
}

async function payOf(book: Row, context: Context): Promise<Paid> {
  const { at, model, id } = book
  const { db, computed } = context
  const units = await unitsOf(context, model as bigint, at)
  const paid = await computed.payments.get(`${id} ${at.hash}`, () =>
    bookPayment(db, book as unknown as BookRow, at, units, computed.sums),
  )
  return { ...paid, at, model: model as bigint, book: id as bigint }
}

/** The units of a model with calls: its registration is complete. */
export async function unitsOf({ db, computed }: Context, model: bigint, at: AsOf): Promise<ModelUnits> {
  const found = await modelUnits(db, model, at, computed.units)
  if (found === undefined) throw new BadRequest(`Model ${model} has no units`)
  return found
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0
}
