import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Book,
  type BookPay,
  memberDraw,
  netInfluence,
  type PaidUnit,
  type PayTerms,
  payBook,
} from '../../attribution/bookPay.ts'
import { bookSum } from '../../attribution/bookSum.ts'
import { fixedWeights } from '../../attribution/fixedWeights.ts'
import { batchSum } from '../../attribution/querySum.ts'
import { codeCounts, flat, scaledUnitsOf, single } from './draws.ts'
import { recordsOf, unitsOf } from './records.ts'

const TERMS: PayTerms = {
  contributorBps: 6_000,
  operatorBps: 2_000,
  royaltiesBps: [500, 250],
  treasuryBps: 200,
  baseBps: 2_000,
  floorBps: 10_000,
  sketched: true,
  feeUnit: 1_000n,
}
const UNITS: readonly PaidUnit[] = [
  { kept: 30, scale: 4, codes: single(64, 0, 7), fixed: 3n, struck: false },
  { kept: 10, scale: 2, codes: single(64, 1, -7), fixed: 1n, struck: false },
  { kept: 20, scale: 1, codes: single(64, 0, -7), fixed: 0n, struck: false },
]
const queryOf = (...entries: readonly bigint[]) => {
  const query = new BigInt64Array(64)
  query.set(entries)
  return query
}
const BOOK: Book = { feeUnits: 10n, query: queryOf(6n, -4n), given: 7n }

const sum = (amounts: readonly bigint[]) => amounts.reduce((total, amount) => total + amount, 0n)
const paid = ({ units, operator, owner, royalties, treasury }: BookPay) =>
  sum([...units, operator, owner, ...royalties, treasury])

const terms: fc.Arbitrary<PayTerms> = fc
  .record({
    cuts: fc.array(fc.integer({ min: 0, max: 10_000 }), { minLength: 3, maxLength: 7 }),
    baseBps: fc.oneof(fc.constantFrom(0, 10_000), fc.integer({ min: 0, max: 10_000 })),
    floorBps: fc.integer({ min: 5_000, max: 40_000 }),
    sketched: fc.boolean(),
    feeUnit: fc.bigInt({ min: 1n, max: 10n ** 9n }),
  })
  .map(({ cuts, ...rest }) => {
    const edges = [0, ...cuts.sort((a, b) => a - b)]
    const [contributorBps, operatorBps, treasuryBps, ...royaltiesBps] = edges
      .slice(1)
      .map((edge, i) => edge - (edges[i] as number))
    return {
      contributorBps: contributorBps as number,
      operatorBps: operatorBps as number,
      treasuryBps: treasuryBps as number,
      royaltiesBps,
      ...rest,
    }
  })

function modelsOf(k: number, most: number): fc.Arbitrary<PaidUnit[]> {
  return scaledUnitsOf(k, most).chain((units) => {
    const fixed = fixedWeights(units)
    const rest = fc.record({ kept: fc.integer({ min: 0, max: 1024 }), struck: fc.boolean() })
    return fc
      .array(rest, { minLength: units.length, maxLength: units.length })
      .map((drawn) =>
        units.map((unit, u) => ({ ...unit, fixed: fixed[u] as bigint, ...(drawn[u] as (typeof drawn)[number]) })),
      )
  })
}

/** Books of any size: what their answers sum to may be anything that their fees allow. */
function booksOf(k: number): fc.Arbitrary<Book> {
  const fees = fc.oneof(fc.constantFrom(0n, 1n, 10n ** 18n), fc.bigInt({ min: 0n, max: 10n ** 9n }))
  return fees.chain((feeUnits) =>
    fc.record({
      feeUnits: fc.constant(feeUnits),
      query: fc
        .array(fc.oneof(fc.constantFrom(-feeUnits, 0n, feeUnits), fc.bigInt({ min: -feeUnits, max: feeUnits })), {
          minLength: k,
          maxLength: k,
        })
        .map((list) => BigInt64Array.from(list)),
      given: fc.oneof(fc.constant(0n), fc.bigInt({ min: 0n, max: 10n ** 18n })),
    }),
  )
}

const cases = codeCounts.chain((k) => fc.record({ terms, units: modelsOf(k, 8), book: booksOf(k) }))

describe('the pay of a book', () => {
  it('weighs a unit by what it helped less what it harmed, and one that harmed more by nothing', () => {
    const influences = UNITS.map((unit) => netInfluence(unit, BOOK.query))
    expect(influences).toEqual([168n, 56n, -42n])
    expect(payBook(TERMS, UNITS, BOOK).weights).toEqual([168n, 56n, 0n])
  })

  it('is by kept rows, by net influence as far as it reaches, and by fixed weights', () => {
    // W = 168, 56, 0; N = 8 · 4 · 7; D = 10 · 224. Of P = 6,000: B = 1,200, P' = 4,800, X = 4,320 +
    // 7.
    expect(payBook(TERMS, UNITS, BOOK)).toEqual({
      total: 10_007n,
      units: [600n + 360n + 3_245n, 200n + 120n + 1_081n, 400n],
      operator: 2_000n,
      owner: 1_050n,
      royalties: [500n, 250n],
      treasury: 201n,
      weights: [168n, 56n, 0n],
      floor: 2_240n,
      divisor: 2_240n,
    })
  })

  it('sums exactly to fees and what was given, and no part is negative', () => {
    fc.assert(
      fc.property(cases, ({ terms: drawn, units, book }) => {
        const pay = payBook(drawn, units, book)
        expect(paid(pay)).toBe(book.feeUnits * drawn.feeUnit + book.given)
        const parts = [...pay.units, pay.operator, pay.owner, ...pay.royalties, pay.treasury]
        expect(parts.filter((part) => part < 0n)).toEqual([])
      }),
    )
  })

  it('leaves the treasury its share and what rounding leaves, as long as a unit with rows stands', () => {
    fc.assert(
      fc.property(cases, ({ terms: drawn, units, book }) => {
        fc.pre(units.some(({ kept, struck }) => kept > 0 && !struck))
        const { treasury } = payBook(drawn, units, book)
        const share = (book.feeUnits * drawn.feeUnit * BigInt(drawn.treasuryBps)) / 10_000n
        const roundings = BigInt(3 * units.length + drawn.royaltiesBps.length + 6)
        expect(treasury >= share && treasury <= share + roundings).toBe(true)
      }),
    )
  })

  it('does not change when records come in another order, or in other batches', () => {
    const drawn = codeCounts.chain((k) =>
      fc.record({ k: fc.constant(k), terms, units: modelsOf(k, 6), records: recordsOf(k, 12), cut: fc.nat(12) }),
    )
    fc.assert(
      fc.property(drawn, ({ k, terms: chosen, units, records, cut }) => {
        const batchOf = (part: typeof records) => ({ feeUnits: unitsOf(part), sum: batchSum(part, k) })
        const payOf = (...batches: (typeof records)[]) =>
          payBook(chosen, units, { ...bookSum(batches.map(batchOf), k), given: 5n })
        const turned = records.toReversed()
        expect(payOf(turned.slice(0, cut), turned.slice(cut))).toEqual(payOf(records))
      }),
    )
  })

  it('is continuous at zero: the least influence takes the least pay', () => {
    const feeUnits = 10n ** 12n
    const weak: readonly PaidUnit[] = [
      { kept: 1, scale: 1, codes: single(64, 0, 1), fixed: 0n, struck: false },
      { kept: 1, scale: 65_535, codes: single(64, 1, 7), fixed: 1n, struck: false },
    ]
    const [silent, whisper] = [queryOf(), queryOf(1n)].map((query) =>
      payBook({ ...TERMS, baseBps: 0 }, weak, { feeUnits, query, given: 0n }),
    )
    expect([silent?.weights, whisper?.weights]).toEqual([
      [0n, 0n],
      [1n, 0n],
    ])
    expect([silent?.units, whisper?.units]).toEqual([
      [0n, 600_000_000_000_000n],
      [0n, 599_999_999_999_999n],
    ])
  })

  it('moves with a change of the book’s sum by no more than that change’s part of the floor', () => {
    fc.assert(
      fc.property(cases, fc.nat(), ({ terms: drawn, units, book }, at) => {
        fc.pre(book.feeUnits > 0n && units.every(({ struck }) => !struck))
        const silent = { ...book, query: new BigInt64Array(book.query.length) }
        const word = { ...book, query: silent.query.with(at % book.query.length, 1n) }
        const [before, after] = [payBook(drawn, units, silent), payBook(drawn, units, word)]
        const pool = (book.feeUnits * drawn.feeUnit * BigInt(drawn.contributorBps)) / 10_000n
        const most = after.divisor === 0n ? 0n : (pool * sum(after.weights)) / after.divisor
        const moved = before.units.map((pay, u) => (after.units[u] as bigint) - pay)
        expect(moved.filter((change) => change > most + 3n || -change > most + 3n)).toEqual([])
      }),
    )
  })

  it('goes wholly by net influence where that exceeds the floor', () => {
    const low = payBook({ ...TERMS, baseBps: 0, floorBps: 0 }, UNITS, { ...BOOK, given: 0n })
    expect({ units: low.units, floor: low.floor, divisor: low.divisor }).toEqual({
      units: [4_500n, 1_500n, 0n],
      floor: 0n,
      divisor: 224n,
    })
  })

  it('goes by fixed weights where answers say nothing, and where records carry no sketches', () => {
    const fixedOnly = [600n + 3_605n, 200n + 1_201n, 400n]
    expect(payBook(TERMS, UNITS, { ...BOOK, query: queryOf() }).units).toEqual(fixedOnly)
    const unsketched = payBook({ ...TERMS, sketched: false }, UNITS, { ...BOOK, query: new BigInt64Array() })
    expect({ units: unsketched.units, weights: unsketched.weights }).toEqual({
      units: fixedOnly,
      weights: [0n, 0n, 0n],
    })
  })

  it('goes by kept rows where no unit has a fixed weight', () => {
    const units = UNITS.map((unit) => ({ ...unit, fixed: 0n }))
    expect(payBook(TERMS, units, { ...BOOK, query: queryOf() }).units).toEqual([
      600n + 2_403n,
      200n + 801n,
      400n + 1_602n,
    ])
  })

  it('is an equal split, without any sketches, where the base is all', () => {
    const split = { ...TERMS, baseBps: 10_000, sketched: false }
    const units = UNITS.map((unit) => ({ ...unit, scale: 0, codes: new Int8Array(), fixed: 0n }))
    const { units: pays, floor } = payBook(split, units, { feeUnits: 10n, query: new BigInt64Array(), given: 6n })
    expect({ pays, floor }).toEqual({ pays: [3_003n, 1_001n, 2_002n], floor: 0n })
  })

  it('pays a struck unit nothing and the others its part, while the floor stays', () => {
    const [first, ...others] = UNITS as [PaidUnit, ...PaidUnit[]]
    const pay = payBook(TERMS, [{ ...first, struck: true }, ...others], BOOK)
    // X = 4,800 · 2,184 / 2,240 + 7 = 4,687, all of it to the only fixed weight left.
    expect({ units: pay.units, weights: pay.weights, floor: pay.floor, treasury: pay.treasury }).toEqual({
      units: [0n, 400n + 120n + 4_687n, 800n],
      weights: [0n, 56n, 0n],
      floor: 2_240n,
      treasury: 200n,
    })
  })

  it('leaves all of it to the treasury where every unit is struck', () => {
    const units = UNITS.map((unit) => ({ ...unit, struck: true }))
    const { units: pays, treasury } = payBook(TERMS, units, BOOK)
    expect({ pays, treasury }).toEqual({ pays: [0n, 0n, 0n], treasury: 6_000n + 200n + 7n })
  })

  it('is what was given where there are no fees', () => {
    const { units, operator, treasury } = payBook(TERMS, UNITS, { feeUnits: 0n, query: queryOf(), given: 7n })
    expect({ units, operator, treasury }).toEqual({ units: [5n, 1n, 0n], operator: 0n, treasury: 1n })
  })

  it('keeps within the bounds that a contract builds on', () => {
    const feeUnits = 10n ** 18n
    const units = Array.from({ length: 1024 }, () => ({
      ...{ kept: 1024, scale: 65_535, codes: flat(1024, 7), fixed: 1n, struck: false },
    }))
    const pay = payBook({ ...TERMS, feeUnit: 1n }, units, {
      feeUnits,
      query: new BigInt64Array(1024).fill(feeUnits),
      given: 0n,
    })
    expect([pay.weights[0], sum(pay.weights)].map((weight) => (weight as bigint).toString(2).length)).toEqual([89, 99])
    expect(paid(pay)).toBe(feeUnits)
  })

  it('refuses terms that give away more than there is, and sums that are of no such book', () => {
    expect(() => payBook({ ...TERMS, operatorBps: 3_051 }, UNITS, BOOK)).toThrow('cannot all be paid')
    expect(() => payBook({ ...TERMS, baseBps: 10_001 }, UNITS, BOOK)).toThrow('cannot all be paid')
    expect(() => payBook(TERMS, UNITS, { ...BOOK, query: new BigInt64Array(128) })).toThrow(
      'Unit 0 has 64 codes, but the book’s sum has 128 dimensions',
    )
    expect(() => payBook(TERMS, UNITS, { ...BOOK, query: queryOf(0n, -11n) })).toThrow(
      'A book of 10 fee units cannot have the sum -11 in dimension 1',
    )
    expect(() => payBook(TERMS, UNITS, { ...BOOK, given: -1n })).toThrow('A book cannot be given -1 gwei')
  })
})

describe('the draw of a member of a joint unit', () => {
  it('is its part of all that the unit received, by kept rows, less what it drew before', () => {
    expect(memberDraw(100n, 5, 12, 0n)).toBe(41n)
    expect(memberDraw(150n, 5, 12, 41n)).toBe(21n)
    expect(memberDraw(100n, 0, 12, 0n)).toBe(0n)
    expect(memberDraw(100n, 0, 0, 0n)).toBe(0n)
  })

  it('comes to the same however often it is made, and never to more than the unit received', () => {
    const members = fc.array(fc.integer({ min: 0, max: 331 }), { minLength: 1, maxLength: 10 })
    const receipts = fc.array(fc.bigInt({ min: 0n, max: 10n ** 15n }), { maxLength: 6 })
    fc.assert(
      fc.property(members, receipts, (kept, received) => {
        const unitKept = kept.reduce((all, count) => all + count, 0)
        const total = sum(received)
        const often = kept.map((count) => {
          let [drawn, so] = [0n, 0n]
          for (const amount of received) {
            so += amount
            drawn += memberDraw(so, count, unitKept, drawn)
          }
          return drawn
        })
        expect(often).toEqual(kept.map((count) => memberDraw(total, count, unitKept, 0n)))
        expect(sum(often) <= total).toBe(true)
      }),
    )
  })
})
