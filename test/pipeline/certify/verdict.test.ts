import { describe, expect, it } from 'vitest'
import type { Certificate, Comparison, Measure, MeasureName } from '../../../pipeline/certify/certificate.ts'
import { judge, notMeasured, shareThatPaysItself, spell } from '../../../pipeline/certify/verdict.ts'

const figure = (estimate: number, low: number, high: number) => ({ estimate, low, high })
type Told = Comparison['verdict']

const less = (estimate: number, verdict: Told) => ({
  difference: figure(estimate, estimate - 0.1, estimate + 0.1),
  verdict,
})
function measure(name: MeasureName, net: readonly [number, Told], fixed: readonly [number, Told]): Measure {
  const rule = (named: 'net influence' | 'fixed weights', [estimate, verdict]: readonly [number, Told]) => ({
    rule: named,
    figure: figure(0.3 + estimate, 0.1 + estimate, 0.5 + estimate),
    referenceLess: null,
    lessEqualSplit: less(estimate, verdict),
  })
  return {
    name,
    reliability: figure(0.81, 0.7, 0.9),
    ceiling: 0.9,
    ceilingOverAnswers: 0.8,
    rules: [
      rule('net influence', net),
      rule('fixed weights', fixed),
      { rule: 'equal split', figure: figure(0.3, 0.1, 0.5), referenceLess: null, lessEqualSplit: null },
    ],
  }
}
const steering = (...lambdas: readonly number[]): Certificate['steering'] =>
  [5_000, 10_000, 20_000, 40_000].map((floorBps, i) => {
    const lambda = lambdas[i] ?? 0.1
    return { floorBps, allAnswers: lambda / 2, fiveAnswers: lambda / 2, alone: lambda / 2, fiveUnits: lambda }
  })
const recommended = (...of: Parameters<typeof judge>) => judge(...of).recommended

describe('the verdict', () => {
  it('is net influence without a base where that follows answer worth better than an equal split', () => {
    const found = judge([measure('answer worth', [0.2, 'beats'], [0.2, 'beats'])], steering(1.1, 0.7))
    expect(found).toEqual({
      recommended: { rule: 'net-influence', baseBps: 0, floorBps: 10_000, sketched: true },
      sentences: [
        'Contributors are paid for how much surer their rows made the given answers, harm netted against help: that follows what they are worth to answers at 0.50 [0.30, 0.70], of at most 0.90; an equal split follows it at 0.30 [0.10, 0.50].',
        'Register it with net influence, a base of 0 % and a floor of 1: it follows worth better than an equal split, beyond chance.',
      ],
      because: [
        'On answer worth, net influence less an equal split: 0.20 [0.10, 0.30], beats.',
        'On answer worth, fixed weights less an equal split: 0.20 [0.10, 0.30], beats.',
      ],
      warning: null,
    })
  })

  it('is fixed weights where only they beat an equal split, and half by rows where net influence is ahead, perhaps by chance', () => {
    expect(recommended([measure('answer worth', [0.1, 'inconclusive'], [0.2, 'beats'])], steering())).toEqual({
      rule: 'fixed-weights',
      baseBps: 0,
      floorBps: 5_000,
      sketched: false,
    })
    expect(
      recommended([measure('answer worth', [0.1, 'inconclusive'], [0.2, 'inconclusive'])], steering()),
    ).toMatchObject({ rule: 'net-influence', baseBps: 5_000 })
  })

  it('leaves half to rows where net influence is worse on another worth, and all where it is behind', () => {
    const ahead = measure('answer worth', [0.2, 'beats'], [0, 'inconclusive'])
    const found = judge([ahead, measure('loss worth', [-0.3, 'worse'], [0, 'inconclusive'])], steering())
    expect(found.recommended).toMatchObject({ rule: 'net-influence', baseBps: 5_000 })
    expect(found.sentences[1]).toContain('on loss worth it is worse than an equal split')
    expect(recommended([measure('answer worth', [-0.1, 'inconclusive'], [0, 'inconclusive'])], steering())).toEqual({
      rule: 'equal-split',
      baseBps: 10_000,
      floorBps: 5_000,
      sketched: false,
    })
  })

  it('takes the smallest floor at which no sketch moves a whole fee, and warns where none does', () => {
    const told = [measure('answer worth', [0.2, 'beats'], [0.2, 'beats'])]
    expect(recommended(told, steering(1.2, 1, 0.9))?.floorBps).toBe(20_000)
    const found = judge(told, steering(3, 2, 1.8, 1.5))
    expect(found.recommended?.floorBps).toBe(40_000)
    expect(found.warning).toBe(
      'A paid call can move up to 1.50 times the contributors’ part of its fee to one party. A party that is contributor, operator and owner at once then gains by paying itself, if contributors get 4.0 % of a fee or more (with a treasury of 2 %).',
    )
  })

  it('recommends nothing where nothing was measured, and warns all the same', () => {
    expect(judge([], steering())).toMatchObject({ recommended: null, warning: null })
    expect(notMeasured('Two are too few.', steering(3, 2, 1.8, 1.5)).warning).toContain(
      '1.50 times the contributors’ part',
    )
  })

  it('is spelt as terms', () => {
    expect(spell({ rule: 'net-influence', baseBps: 2_000, floorBps: 5_000, sketched: true })).toBe(
      'net influence, a base of 20 % and a floor of 0.5',
    )
  })
})

describe('paying oneself', () => {
  it('brings all of a fee back from the contributors’ share on that a warning names', () => {
    for (const lambda of [1.05, 1.5, 3]) {
      const share = shareThatPaysItself(lambda)
      expect(share * lambda + (0.98 - share)).toBeCloseTo(1, 12)
    }
    expect([0.5, 1, 1.01].map(shareThatPaysItself)).toEqual([1, 1, 1])
  })
})
