import { describe, expect, it } from 'vitest'
import { CHAINS, capacityOf, estimatedBytes } from '../../../bench/scale/chains.ts'
import { channelsUsed, commitDay, sheetCosts } from '../../../bench/scale/commitOnly.ts'
import { costsOf } from '../../../bench/scale/costs.ts'
import { gasAnInference, simulateDay } from '../../../bench/scale/day.ts'
import { zipfShares } from '../../../bench/scale/draw.ts'
import { lengthOf } from '../../../bench/scale/gasRules.ts'
import { bytesOf, large, percent, rounded } from '../../../bench/scale/say.ts'
import { MOST_UNITS, meanFee, scenarioOf } from '../../../bench/scale/scenario.ts'
import { dayTable } from '../../../bench/scale/tables.ts'
import { tradesOf } from '../../../bench/scale/traffic.ts'

const scenario = scenarioOf(300_000)
const costs = costsOf(scenario.fee, 1)
const day = simulateDay(scenario, costs, 1)

describe('traffic', () => {
  it('is shared out among models and their operators, the first ones getting most', () => {
    const trades = tradesOf(scenario, 1)
    const calls = trades.map((trade) => trade.calls)
    expect(calls.reduce((sum, each) => sum + each, 0)).toBeCloseTo(300_000, 3)
    expect(new Set(trades.map(({ model }) => model)).size).toBe(scenario.models)
    expect(Math.max(...calls)).toBe(calls[0])
    for (const { channels, calls: each, units, operator } of trades) {
      expect(channels).toBeGreaterThan(0)
      expect(channels).toBeLessThanOrEqual(Math.ceil(each))
      expect(units).toBeLessThanOrEqual(MOST_UNITS)
      expect(operator).toBeLessThan(scenario.operators)
    }
  })

  it('comes from markets that grow with it', () => {
    const { models, operators, channels } = scenarioOf(1_000_000_000)
    expect([models, operators, channels]).toEqual([10_024, 501, 1_995_262])
  })

  it('pays fees of so much on average', () => {
    expect(meanFee({ medianUnits: 20, sigma: 1, unitGwei: 1 })).toBeCloseTo(32.97, 2)
  })
})

describe('a day', () => {
  it('is the same with the same seed', () => {
    expect(simulateDay(scenario, costs, 1)).toEqual(day)
    expect(simulateDay(scenario, costs, 2)).not.toEqual(day)
  })

  it('costs what its acts cost', () => {
    const gas = Object.values(day.gas)
    expect(gasAnInference(day) * 300_000).toBeCloseTo(
      gas.reduce((sum, each) => sum + each, 0),
      0,
    )
    expect(Math.min(...gas)).toBeGreaterThan(0)
  })

  it('hardly changes with the seed, where traffic is large', () => {
    expect(Math.abs(gasAnInference(simulateDay(scenario, costs, 5)) / gasAnInference(day) - 1)).toBeLessThan(0.1)
  })

  it('has the bytes of its records, and what names them', () => {
    const each = lengthOf(day.recordBytes) / 300_000
    expect(each).toBeGreaterThan(67)
    expect(each).toBeLessThan(80)
  })

  it('asks of bonds what three days of fees and records come to', () => {
    const open = 3 * 300_000 * (meanFee(scenario.fee) * 1e6 + 1e7)
    expect(Math.abs(day.coverGwei / open - 1)).toBeLessThan(0.01)
  })

  it('is told in one column', () => {
    expect(dayTable([day]).split('\n')[0]).toBe('| calls a day | 300,000 |')
  })
})

describe('chains', () => {
  it('are full by gas or by data, whichever comes first', () => {
    const [l1, , l2] = CHAINS.map((chain) => capacityOf(chain, day))
    expect(l1?.byGas).toBeCloseTo((86_400 * 2.5e6) / gasAnInference(day), 3)
    expect(l1?.byData).toBe(Number.POSITIVE_INFINITY)
    expect(l2?.byData).toBeLessThan(l2?.byGas ?? 0)
  })

  it('take a hundred bytes a transaction at least', () => {
    expect(estimatedBytes({ zero: 0, nonzero: 10 }, 1)).toBe(100)
    expect(estimatedBytes({ zero: 0, nonzero: 64_000 }, 1)).toBeCloseTo(0.8365 * 66_000 - 42.5856, 6)
  })
})

describe('commit-only batches', () => {
  const [aBatch, aDay] = (['a batch', 'a day'] as const).map((charging) => commitDay(scenario, costs, charging, 1))

  it('cost a fraction of today’s, less where channels are charged once a day', () => {
    const gas = (found: typeof aBatch) => (found?.committing ?? 0) + (found?.charging ?? 0) + (found?.settling ?? 0)
    expect(gas(aBatch)).toBeLessThan(gasAnInference(day) / 2)
    expect(gas(aDay)).toBeLessThan(gas(aBatch))
    expect(aDay?.charges).toBeLessThan(aBatch?.charges ?? 0)
  })

  it('leave 68 bytes a call to lie elsewhere', () => {
    expect(aBatch?.recordBytesASecond).toBeCloseTo((300_000 * 68) / 86_400, 6)
  })

  it('charge the channels that are used', () => {
    expect(channelsUsed(zipfShares(1, 1), 100)).toBeCloseTo(1, 9)
    expect(channelsUsed(zipfShares(1_000, 0), 1_000)).toBeCloseTo(1_000 * (1 - Math.exp(-1)), 6)
  })

  it('can show all of a sheet in one transaction', () => {
    const { show, showMost } = sheetCosts(costs)
    expect(show).toBeLessThan(showMost)
    expect(showMost).toBeLessThan(2 ** 24)
  })
})

describe('numbers in tables', () => {
  it('have three digits, and words where they are large', () => {
    expect([0.0123456, 1.006, 123.4, 4_319.6].map(rounded)).toEqual(['0.0123', '1.01', '123', '4,320'])
    expect([999, 1.45e6, 2e9].map(large)).toEqual(['999', '1.45 million', '2 billion'])
    expect([0.5, 0.00001, 0, 24.2].map(percent)).toEqual(['50 %', 'under 0.01 %', '0 %', '2,420 %'])
    expect([20, 157_000, 74e9].map(bytesOf)).toEqual(['20 B', '157 kB', '74 GB'])
  })
})
