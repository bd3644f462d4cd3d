import { describe, expect, it } from 'vitest'
import { randomSource } from '../../../attribution/random.ts'
import { type BatchShape, batchesOfDay, type DrawnBatches, spanShares } from '../../../bench/scale/batches.ts'
import { type BatchPolicy, MOST_CHANNELS, type Scenario, scenarioOf } from '../../../bench/scale/scenario.ts'
import type { Trade } from '../../../bench/scale/traffic.ts'

const trade = (calls: number, channels: number): Trade => ({ model: 0, operator: 0, calls, channels, units: 40 })
const withPolicy = (policy: Partial<BatchPolicy>): Scenario => {
  const usual = scenarioOf(100_000)
  return { ...usual, policy: { ...usual.policy, ...policy } }
}
const drawn = (calls: number, channels: number, policy: Partial<BatchPolicy>, seed = 1) =>
  batchesOfDay(trade(calls, channels), withPolicy(policy), randomSource(seed))
const total = (batches: readonly DrawnBatches[], of: (shape: BatchShape) => number) =>
  batches.reduce((sum, { shapes, weight }) => sum + weight * shapes.reduce((part, shape) => part + of(shape), 0), 0)
const records = (shape: BatchShape) => shape.records
const shapesOf = (batches: readonly DrawnBatches[]) => batches.flatMap(({ shapes }) => shapes)

const ORDERS = ['arrival', 'channel'] as const

describe('batches of a day', () => {
  it('hold all of a small trade’s calls once, in batches that the contract and the policy take', () => {
    for (const order of ORDERS) {
      const batches = drawn(4_000, 600, { records: 300, order })
      expect(new Set(batches.map(({ weight }) => Math.round(weight * 1e9)))).toEqual(new Set([1e9]))
      expect(Math.abs(total(batches, records) - 4_000)).toBeLessThan(4 * Math.sqrt(4_000))
      for (const shape of shapesOf(batches)) {
        expect(shape.records).toBeLessThanOrEqual(300)
        expect(shape.channels).toBeLessThanOrEqual(Math.min(shape.records, MOST_CHANNELS))
        expect(shape.vouchers).toBeLessThanOrEqual(shape.channels)
        expect(shape.units).toBeGreaterThanOrEqual(shape.records)
        expect(shape.channels).toBeGreaterThan(0)
      }
    }
  })

  it('stand for all of a large trade’s calls, of which few are drawn', () => {
    for (const order of ORDERS) {
      const batches = drawn(2_000_000, 5_000, { order })
      expect(Math.abs(total(batches, records) / 2_000_000 - 1)).toBeLessThan(0.005)
    }
    expect(shapesOf(drawn(2_000_000, 5_000, { order: 'arrival' })).length).toBeLessThanOrEqual(8)
  })

  it('stand for all of a trade of which only some spans are drawn', () => {
    for (const order of ORDERS) {
      const batches = drawn(2_000_000, 5_000, { order, flushSeconds: 3_600 })
      expect(Math.abs(total(batches, records) / 2_000_000 - 1)).toBeLessThan(0.01)
    }
  })

  it('come to the same whether they are walked through or sampled', () => {
    for (const order of ORDERS) {
      const mean = (calls: number, of: (shape: BatchShape) => number) =>
        Array.from(
          { length: 12 },
          (_, seed) => total(drawn(calls, 200, { order, flushSeconds: 7_200 }, seed), of) / calls,
        ).reduce((sum, each) => sum + each, 0) / 12
      for (const of of [() => 1, (shape: BatchShape) => shape.channels, (shape: BatchShape) => shape.vouchers]) {
        expect(Math.abs(mean(5_001, of) / mean(5_000, of) - 1)).toBeLessThan(0.04)
      }
    }
  })

  it('name at most 255 channels, where calls come from many', () => {
    const [first] = shapesOf(drawn(3_000, 3_000, { order: 'arrival' }))
    expect(first?.channels).toBe(MOST_CHANNELS)
  })

  it('stay below so many bytes', () => {
    for (const shape of shapesOf(drawn(4_000, 40, { bytes: 20_000 }))) {
      expect(shape.records * 67 + shape.channels * 89).toBeLessThanOrEqual(20_000)
    }
  })

  it('charge fewer channels where a span’s calls are sorted by who pays', () => {
    const [asTheyCome, byChannel] = ORDERS.map((order) =>
      total(drawn(50_000, 1_000, { order }), ({ channels }) => channels),
    ) as [number, number]
    expect(byChannel).toBeLessThan(asTheyCome / 3)
  })

  it('are the same with the same seed', () => {
    expect(drawn(3_000, 50, {}, 7)).toEqual(drawn(3_000, 50, {}, 7))
    expect(drawn(3_000, 50, {}, 7)).not.toEqual(drawn(3_000, 50, {}, 8))
  })
})

describe('spans of a day', () => {
  it('share all of its calls, more of them at some hours', () => {
    const shares = spanShares(3_600)
    expect(shares).toHaveLength(24)
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12)
    expect(Math.max(...shares) / Math.min(...shares)).toBeCloseTo(4, 0)
    expect(spanShares(86_400)).toEqual([expect.closeTo(1, 12)])
  })
})
