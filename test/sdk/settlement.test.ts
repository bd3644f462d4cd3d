import fc from 'fast-check'
import { bytesToHex } from 'viem'
import { describe, expect, it } from 'vitest'
import { fixedWeights } from '../../attribution/fixedWeights.ts'
import { randomSource } from '../../attribution/random.ts'
import { batchOf } from '../../sdk/batch.ts'
import { bookId } from '../../sdk/book.ts'
import { type ModelPayTerms, predictPay, settlingBook } from '../../sdk/predictPay.ts'
import {
  BEGINNING,
  type BookPage,
  pagesFrom,
  progressAt,
  progressHash,
  reachedBy,
  type SettlingBook,
  STAGES,
} from '../../sdk/settlement.ts'
import { bytes, codes, hash, integer } from '../vectors/draw.ts'

const K = 64
const book = bookId({ model: 2, operator: 3, number: 1 })
const terms: ModelPayTerms = {
  contributorBps: 5_500,
  operatorBps: 2_500,
  royaltiesBps: [300],
  baseBps: 1_000,
  floorBps: 10_000,
  sketched: true,
  feeUnitGwei: 1_000_000n,
  dims: K,
}

function drawBook(seed: number, k: number, batchCount: number, unitCount: number) {
  const next = randomSource(seed)
  const scaled = Array.from({ length: unitCount }, () => ({ scale: 1 + integer(next, 65_535), codes: codes(next, K) }))
  const fixed = fixedWeights(scaled)
  const units = scaled.map((unit, u) => ({
    ...unit,
    payee: u,
    kept: 16 + integer(next, 100),
    fixed: fixed[u] as bigint,
  }))
  const batches = Array.from({ length: batchCount }, (_, number) => {
    const records = Array.from({ length: 1 + integer(next, 4) }, () => ({
      channel: 0,
      feeUnits: 1 + integer(next, 1_000),
      commitment: hash(next),
      sketch: bytes(next, k / 8),
    }))
    return batchOf({ batch: BigInt(number + 1), book, number, recordedIn: number }, [{ payer: 1, salt: 1 }], records, k)
  })
  return { units, batches }
}

function settling(k = K, batchCount = 5, unitCount = 7): SettlingBook {
  const { units, batches } = drawBook(3, k, batchCount, unitCount)
  const toPay = { book, batches, givenGwei: 77n, treasuryBps: 200 }
  return settlingBook({ ...terms, sketched: k > 0 }, units, new Set(), toPay)
}

describe('the pages of a settlement', () => {
  it('show every batch and reach every unit once, in whatever paging', () => {
    const limit = fc.integer({ min: 1, max: 9 })
    fc.assert(
      fc.property(
        fc.constantFrom(0, K),
        fc.nat(6),
        fc.integer({ min: 1, max: 8 }),
        limit,
        limit,
        (k, b, u, most, few) => {
          const whole = settling(k, b, u)
          const pages = pagesFrom(whole, BEGINNING, { batches: most, units: few })
          expect(pages.flatMap(({ batches }) => batches.map(({ header }) => header.number))).toEqual(
            whole.batches.map((_, number) => number),
          )
          pages.reduce((before, page) => {
            expect({ stage: page.stage, next: page.from }).toEqual(before)
            return reachedBy(whole, page)
          }, BEGINNING)
          const last = pages.at(-1) as BookPage
          expect(reachedBy(whole, last)).toEqual({ stage: STAGES.settled, next: u })
        },
      ),
    )
  })

  it('are one where the limits allow, and go on from where a settlement is', () => {
    const whole = settling()
    expect(pagesFrom(whole, BEGINNING)).toHaveLength(1)
    const pages = pagesFrom(whole, BEGINNING, { batches: 2, units: 3 })
    const [, second] = pages
    if (second === undefined) throw new Error('There are several')
    expect(pagesFrom(whole, { stage: second.stage, next: second.from }, { batches: 2, units: 3 })).toEqual(
      pages.slice(1),
    )
    expect(pagesFrom(whole, { stage: STAGES.settled, next: 7 })).toEqual([])
  })

  it('begin with nothing, and carry what the pages before came to', () => {
    const whole = settling()
    expect(progressAt(whole, BEGINNING)).toEqual({ units: 0n, totals: '0x', net: 0n, paidGwei: 0n })
    const all = whole.batches.reduce((units, { header }) => units + header.units, 0n)
    const summed = progressAt(whole, { stage: STAGES.weighing, next: 0 })
    expect(summed).toMatchObject({ units: all, net: 0n, paidGwei: 0n })
    expect(summed.totals.length).toBe(2 + 2 * 8 * K)
    expect(progressAt(whole, { stage: STAGES.paying, next: 2 })).toEqual({
      units: all,
      totals: summed.totals,
      net: whole.weights.reduce((net, weight) => net + weight, 0n),
      paidGwei: (whole.unitsGwei[0] as bigint) + (whole.unitsGwei[1] as bigint),
    })
    expect(progressHash(summed)).toMatch(/^0x0{10}[0-9a-f]{54}$/)
    expect(progressHash({ ...summed, net: 1n })).not.toBe(progressHash(summed))
  })
})

describe('the pay of a book', () => {
  it('is all of its fees and what was given, no matter who was struck', () => {
    const { units, batches } = drawBook(4, K, 3, 6)
    const all = batches.reduce((sum, { header }) => sum + header.units, 0n) * terms.feeUnitGwei
    for (const struck of [[], [2], [0, 1, 2, 3, 4, 5]]) {
      const pay = predictPay(terms, units, new Set(struck), { book, batches, givenGwei: 1_001n, treasuryBps: 200 })
      const parties = [...pay.units, pay.operator, pay.owner, ...pay.royalties, pay.treasury]
      expect(parties.reduce((sum, gwei) => sum + gwei, 0n)).toBe(all + 1_001n)
      expect(struck.map((unit) => pay.units[unit])).toEqual(struck.map(() => 0n))
    }
  })

  it('weighs nothing where records have no sketches', () => {
    const { units, batches } = drawBook(4, 0, 3, 6)
    const unsketched = { ...terms, sketched: false }
    const pay = predictPay(unsketched, units, new Set(), { book, batches, givenGwei: 0n, treasuryBps: 200 })
    expect(pay.weights).toEqual(units.map(() => 0n))
    expect(bytesToHex(batches[0]?.records[0]?.sketch as Uint8Array)).toBe('0x')
  })
})
