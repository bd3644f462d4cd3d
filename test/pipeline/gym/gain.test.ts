import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Balance, CONTRIBUTORS_SHARE, feesBack, gainOf } from '../../../pipeline/gym/gain.ts'

const few = { seed: 1, replicates: 200 }

describe('manipulation gain', () => {
  it('is what attackers have after the attack over what they had before, all together', () => {
    const balances = [
      { before: 10, earned: 12, paid: 0 },
      { before: 30, earned: 28, paid: 0 },
    ]
    expect(gainOf(balances, few).estimate).toBe(1)
  })

  it('takes off the fees that attackers paid, and may be a loss', () => {
    const { estimate } = gainOf([{ before: 10, earned: 15, paid: 12 }], few)
    expect(estimate).toBeCloseTo((CONTRIBUTORS_SHARE * 15 - 12) / (CONTRIBUTORS_SHARE * 10), 12)
    expect(estimate).toBeLessThan(0)
  })

  it('is told apart from what came back of the fees', () => {
    const washer = { before: 10, earned: 15, paid: 12 }
    expect(feesBack([washer, { ...washer, earned: 10 }])).toBeCloseTo((CONTRIBUTORS_SHARE * 5) / 24, 12)
    expect(feesBack([{ before: 10, earned: 15, paid: 0 }])).toBeUndefined()
  })

  it('has an interval around it, narrower where attackers fare alike', () => {
    const unlike = gainOf(
      Array.from({ length: 12 }, (_, i) => ({ before: 10, earned: 5 + i, paid: 0 })),
      few,
    )
    const alike = gainOf(
      Array.from({ length: 12 }, () => ({ before: 10, earned: 10.5, paid: 0 })),
      few,
    )
    expect(unlike.low).toBeLessThan(unlike.estimate)
    expect(unlike.high).toBeGreaterThan(unlike.estimate)
    expect(alike.high - alike.low).toBeCloseTo(0, 12)
  })

  it('is below 1 for anyone who only adds calls that they pay for, however much of them comes back to their rows', () => {
    const washer = fc
      .record({
        before: fc.integer({ min: 1, max: 100 }),
        paid: fc.integer({ min: 1, max: 100 }),
        back: fc.double({ min: 0, max: 1, noNaN: true }),
      })
      .map(({ before, paid, back }): Balance => ({ before, paid, earned: before + back * paid }))
    fc.assert(
      fc.property(fc.array(washer, { minLength: 1, maxLength: 8 }), (washers) => {
        expect(gainOf(washers, { seed: 1, replicates: 1 }).estimate).toBeLessThan(1)
      }),
    )
  })
})
