import { describe, expect, it } from 'vitest'
import { randomSource } from '../../../attribution/random.ts'
import {
  batchBytes,
  batchLogBytes,
  drawBatch,
  measureBatchBytes,
  recordCalldata,
} from '../../../bench/scale/calldata.ts'
import { costsOf } from '../../../bench/scale/costs.ts'
import { batchGas } from '../../../bench/scale/day.ts'
import { byteCounts, GLAMSTERDAM, lengthOf, OSAKA, transactionGas } from '../../../bench/scale/gasRules.ts'
import { gasParts, readSnapshot } from '../../../bench/scale/parts.ts'
import { daysOpen, settlementOf } from '../../../bench/scale/settling.ts'

const FEE = { medianUnits: 20, sigma: 1, unitGwei: 1_000_000 }
const costs = costsOf(FEE, 1)
const snapshot = readSnapshot()
const off = (found: number, expected = 0) => Math.abs(found / expected - 1)

describe('bytes of a batch', () => {
  it('are those of a real one, whatever its shape', () => {
    const next = randomSource(9)
    for (const shape of [
      { records: 1, channels: 1, vouchers: 0 },
      { records: 37, channels: 12, vouchers: 5 },
      { records: 800, channels: 250, vouchers: 90 },
    ]) {
      const real = byteCounts(recordCalldata(drawBatch(FEE, shape, next), shape.vouchers, next))
      const counted = batchBytes(costs.bytes, { ...shape, units: 0 })
      // What pads three arrays to words differs.
      expect(Math.abs(lengthOf(counted) - lengthOf(real))).toBeLessThanOrEqual(96)
      expect(Math.abs(counted.nonzero - real.nonzero)).toBeLessThan(0.01 * real.nonzero + 30)
    }
  })

  it('are the same with the same seed', () => {
    expect(measureBatchBytes(FEE, 3)).toEqual(measureBatchBytes(FEE, 3))
  })

  it('are in the log but for the vouchers', () => {
    expect(batchLogBytes({ records: 10, channels: 2, vouchers: 2, units: 0 })).toBe(670 + 32 + 256)
  })
})

describe('gas of a transaction', () => {
  it('is what it executes, or the floor of its bytes', () => {
    const bytes = { zero: 10, nonzero: 100 }
    expect(transactionGas(bytes, 50_000, OSAKA)).toBe(21_000 + 40 + 1_600 + 50_000)
    expect(transactionGas(bytes, 0, OSAKA)).toBe(21_000 + 100 + 4_000)
  })

  it('is more by the rules of Glamsterdam, for bytes and for new slots', () => {
    expect(transactionGas({ zero: 10, nonzero: 100 }, 0, GLAMSTERDAM, 2)).toBe(21_000 + 64 * 110 + 2 * 77_920)
  })
})

describe('parts of the gas snapshot', () => {
  it('add up to the batches that it was measured on', () => {
    const gas = (records: number, channels: number) => batchGas({ records, channels, vouchers: 0, units: 0 }, costs)
    expect(off(gas(200, 3), snapshot['record 200 inferences at k = 256, 3 channels'])).toBeLessThan(0.01)
    expect(off(gas(400, 3), snapshot['record 400 inferences at k = 256, 3 channels'])).toBeLessThan(0.01)
    expect(off(gas(1, 1), snapshot['record 1 inference'])).toBeLessThan(0.05)
    const opening = batchGas({ records: 200, channels: 3, vouchers: 0, units: 0 }, costs, true)
    expect(off(opening, snapshot['record 200 inferences at k = 256, the first of a later book'])).toBeLessThan(0.01)
  })

  it('add up to the settlements that it was measured on', () => {
    const gas = (batches: number, units: number, firstPays = 0) =>
      settlementOf({ batches, units, firstPays }, costs.parts.settling, costs.bytes, OSAKA).gas
    expect(off(gas(1, 40), snapshot['settle 1 batch of 200 to 40 units'])).toBeLessThan(0.02)
    expect(off(gas(5, 40), snapshot['settle 5 batches of 200 to 40 units'])).toBeLessThan(0.02)
    expect(off(gas(1, 500), snapshot['settle 1 batch to 500 units in one transaction'])).toBeLessThan(0.01)
    const never = snapshot['settle 1 batch to 500 units, none of them paid before']
    expect(off(gas(1, 500, 500), never)).toBeLessThan(0.02)
  })

  it('are missed by their name where an act was renamed', () => {
    const { 'a batch shown': _, ...others } = snapshot
    expect(() => gasParts(others, costs.bytes)).toThrow('has no "a batch shown"')
  })
})

describe('a settlement', () => {
  it('takes as many pages as its batches need', () => {
    const { settling } = costs.parts
    const of = (batches: number) => settlementOf({ batches, units: 40 }, settling, costs.bytes, OSAKA)
    expect([1, 300, 1_000, 10_000].map((batches) => of(batches).transactions)).toEqual([1, 1, 3, 24])
    const more = 999 * (snapshot['a batch shown'] ?? 0) + 2 * settling.page
    expect(off(of(1_000).gas - of(1).gas, more)).toBeLessThan(0.001)
  })

  it('waits until fees are worth it, 28 days at the latest', () => {
    const terms = { minBookGwei: 1e9, longestDays: 28, windowDays: 2, ratioBps: 10_000, perRecordGwei: 1e7 }
    expect([2e9, 1e9, 9e8, 1e8, 1e6].map((fees) => daysOpen(fees, terms))).toEqual([1, 1, 2, 10, 28])
  })
})
