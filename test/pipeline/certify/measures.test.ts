import { describe, expect, it } from 'vitest'
import { rowsOf } from '../../../pipeline/certify/certificationSet.ts'
import { measureEarnings } from '../../../pipeline/certify/earnings.ts'
import { compared } from '../../../pipeline/certify/figures.ts'
import {
  everyIndex,
  measureByAnswer,
  measureFaithfulness,
  paidFor,
  type Question,
  scoresOfHalves,
  sumOver,
} from '../../../pipeline/certify/measures.ts'
import { planRetrainings } from '../../../pipeline/certify/retrain/plan.ts'
import type { Outcome, RuleName } from '../../../pipeline/certify/rules/outcome.ts'
import { answerValue, halfValues, leaveOneOut, lossValue, meanEffects, once } from '../../../pipeline/certify/worth.ts'
import { resampler } from '../../../pipeline/statistics/bootstrap.ts'
import { TWO_CLASSES } from '../../../pipeline/train/lora/scale.ts'

const CONTRIBUTORS = 20
const ANSWERS = 60
const SEEDS = 3
const random = resampler(5, 'a made-up world')

/** A world where worth is known: each contributor moves every answer by what they are worth, and training adds noise. */
const worth = Float64Array.from({ length: CONTRIBUTORS }, (_, i) => (i - 4) / 10)
const noise = (): number => (random.uniform() - 0.5) / 4
const trained = (included: (contributor: number) => boolean): Float64Array =>
  Float64Array.from({ length: ANSWERS }, () =>
    worth.reduce((sum, own, contributor) => sum + (included(contributor) ? own : 0), noise()),
  )
const bySeed = (included: (contributor: number) => boolean): readonly Float64Array[] =>
  Array.from({ length: SEEDS }, () => trained(included))
const everyone = bySeed(() => true)
const leftOut = Array.from({ length: CONTRIBUTORS }, (_, out) => bySeed((contributor) => contributor !== out))
const plan = planRetrainings(CONTRIBUTORS, 1, { seeds: SEEDS, halves: 30, halfSeeds: SEEDS })
const kept = plan.halves.map((half) => half.kept)
const halves = kept.map((half) => bySeed((contributor) => half.includes(contributor)))
const given = new Uint8Array(ANSWERS).fill(1)

const rows = rowsOf({
  contributions: Array.from({ length: CONTRIBUTORS }, () => [{ label: 'ham', text: 'a', kind: 'honest' as const }]),
})
/** A rule that pays each contributor the same for every answer. */
const paying = (name: RuleName, pay: (contributor: number) => number): Outcome => ({
  name,
  pay: (counts) => {
    const answers = counts.reduce((sum, times) => sum + times, 0)
    return Float64Array.from({ length: CONTRIBUTORS }, (_, contributor) => answers * pay(contributor))
  },
  scores:
    name === 'equal split'
      ? null
      : Float64Array.from({ length: ANSWERS * CONTRIBUTORS }, (_, i) => pay(i % CONTRIBUTORS)),
})
const outcomes = [
  paying('net influence', (contributor) => 1 + (worth[contributor] as number)),
  paying('gradient dot', (contributor) => 1 - (worth[contributor] as number)),
  paying('equal split', () => 0.1),
]
const resampling = { seed: 1, replicates: 200 }

describe('the plan of retrainings', () => {
  it('trains everyone, everyone but one, and halves, each with its seeds', () => {
    expect(plan.everyone).toEqual([1, 2, 3].map((seed) => ({ seed, without: [] })))
    expect(plan.leftOut[7]).toEqual([1, 2, 3].map((seed) => ({ seed, without: [7] })))
    for (const { kept: half, retrainings } of plan.halves) {
      const without = Array.from({ length: CONTRIBUTORS }, (_, i) => i).filter((i) => !half.includes(i))
      expect(half.length).toBe(CONTRIBUTORS / 2)
      expect(retrainings).toEqual([1, 2, 3].map((seed) => ({ seed, without })))
    }
  })

  it('draws the same halves again, and others for another seed', () => {
    const again = (seed: number) => planRetrainings(CONTRIBUTORS, seed, { seeds: 1, halves: 30, halfSeeds: 1 })
    expect(again(1).halves.map((half) => half.kept)).toEqual(kept)
    expect(again(2).halves.map((half) => half.kept)).not.toEqual(kept)
  })
})

describe('worth', () => {
  it('is what an answer loses without a contributor, whichever answer it was', () => {
    const effects = leaveOneOut(
      [Float64Array.of(2, -1)],
      [[Float64Array.of(1.5, -3)]],
      answerValue(TWO_CLASSES, Uint8Array.of(1, 0)),
    )
    expect([...effects.values]).toEqual([0.5, -2])
  })

  it('is what the loss rises without a contributor', () => {
    const effects = leaveOneOut([Float64Array.of(0)], [[Float64Array.of(-1)]], lossValue(TWO_CLASSES, Uint8Array.of(1)))
    expect(effects.values[0]).toBeCloseTo(Math.log(1 + Math.E) - Math.log(2), 12)
  })

  it('comes out as it was put in', () => {
    const effects = leaveOneOut(everyone, leftOut, answerValue(TWO_CLASSES, given))
    const measured = meanEffects(effects, once(ANSWERS), once(SEEDS))
    for (const [contributor, own] of worth.entries()) expect(measured[contributor]).toBeCloseTo(own, 1)
  })
})

const effects = leaveOneOut(everyone, leftOut, answerValue(TWO_CLASSES, given))
const question = (change: Partial<Question> = {}): Question => ({
  effects,
  toSubjects: (paid) => paid,
  among: everyIndex(CONTRIBUTORS),
  books: [everyIndex(ANSWERS)],
  ...change,
})

describe('faithfulness', () => {
  const { reliability, carriesOver, rules } = measureFaithfulness(
    question(),
    outcomes,
    rows,
    resampling,
    'answer worth',
  )

  it('is near 1 for a rule that pays worth, near −1 for its opposite, and 0 where all are paid alike', () => {
    expect(rules.get('net influence')?.estimate).toBeGreaterThan(0.98)
    expect(rules.get('gradient dot')?.estimate).toBeLessThan(-0.98)
    expect(rules.get('equal split')).toEqual({ estimate: 0, replicates: new Float64Array(200) })
    expect(reliability.estimate).toBeGreaterThan(0.98)
  })

  it('knows how far worth carries over to other answers: all the way here, nowhere where each answer is its own', () => {
    expect(carriesOver.estimate).toBeGreaterThan(0.98)
    const lots = resampler(9, 'lots')
    const noisy = { ...effects, values: effects.values.map(() => lots.uniform() - 0.5) }
    const found = measureFaithfulness(question({ effects: noisy }), outcomes, rows, resampling, 'noise')
    expect(found.carriesOver.estimate).toBeLessThan(0.3)
  })

  it('can be asked of some subjects alone', () => {
    // Without the four that are worth less than nothing, those paid backwards are ranked backwards still.
    const some = measureFaithfulness(question({ among: everyIndex(4) }), outcomes, rows, resampling, 'four')
    expect(some.rules.get('gradient dot')?.estimate).toBeLessThan(-0.7)
    expect(some.rules.get('gradient dot')?.replicates).toHaveLength(200)
  })

  it('of several books is the mean over them, each paid and judged by its own answers', () => {
    const turned = { ...effects, values: effects.values.map((x, i) => (i % ANSWERS < ANSWERS / 2 ? x : -x)) }
    const [first, second] = [everyIndex(ANSWERS / 2), everyIndex(ANSWERS / 2).map((i) => i + ANSWERS / 2)]
    const found = (books: readonly Uint32Array[]) =>
      measureFaithfulness(question({ effects: turned, books }), outcomes, rows, resampling, 'kinds').rules.get(
        'net influence',
      )?.estimate as number
    expect(found([first as Uint32Array])).toBeGreaterThan(0.95)
    expect(found([second as Uint32Array])).toBeLessThan(-0.95)
    expect(Math.abs(found([first as Uint32Array, second as Uint32Array]))).toBeLessThan(0.05)
  })

  it('tells rules apart where they differ, and a rule not from itself', () => {
    const verdict = (a: RuleName, b: RuleName) => {
      const [left, right] = [rules.get(a), rules.get(b)]
      return left && right && compared(left, right).verdict
    }
    expect([
      verdict('net influence', 'gradient dot'),
      verdict('gradient dot', 'equal split'),
      verdict('net influence', 'net influence'),
    ]).toEqual(['beats', 'worse', 'inconclusive'])
  })

  it('of halves takes what their contributors were paid together', () => {
    const ofHalves = question({
      effects: halfValues(halves, answerValue(TWO_CLASSES, given)),
      toSubjects: (paid) => sumOver(kept, paid),
      among: everyIndex(kept.length),
    })
    const found = measureFaithfulness(ofHalves, outcomes, rows, resampling, 'halves')
    expect(found.rules.get('net influence')?.estimate).toBeGreaterThan(0.95)
    expect(found.rules.get('gradient dot')?.estimate).toBeLessThan(-0.95)
  })

  it('answer by answer takes each answer for itself', () => {
    const said = new Map(outcomes.map((outcome) => [outcome.name, paidFor(rows, outcome, ANSWERS)]))
    const found = measureByAnswer(effects, said, resampling, 'answer by answer')
    expect(found.rules.get('net influence')?.estimate).toBeGreaterThan(0.95)
    expect(found.rules.get('equal split')?.estimate).toBe(0)
    expect(found.reliability.estimate).toBeGreaterThan(0.95)
  })

  it('of scores over halves, answer by answer, is the linear datamodelling score', () => {
    const scores = measureByAnswer(
      halfValues(halves, answerValue(TWO_CLASSES, given)),
      scoresOfHalves(outcomes, kept, CONTRIBUTORS),
      resampling,
      'linear datamodelling',
    )
    expect([...scores.rules.keys()]).toEqual(['net influence', 'gradient dot'])
    expect(scores.rules.get('net influence')?.estimate).toBeGreaterThan(0.95)
    expect(scores.rules.get('gradient dot')?.estimate).toBeLessThan(-0.95)
  })
})

describe('what planted rows earn', () => {
  it('stands beside the median honest contributor', () => {
    const honest = (count: number) =>
      Array.from({ length: count }, () => ({ label: 'ham', text: 'a', kind: 'honest' as const }))
    const planted = rowsOf({
      contributions: [honest(1), honest(2), honest(1), [{ label: 'ham', text: 'a', kind: 'flipped' }, ...honest(1)]],
    })
    // Two answers; cells are three honest contributors, then the flipped row, then the honest one beside it.
    const pay = (counts: Float64Array) =>
      Float64Array.of(1, 4, 9, 1, 5).map((fee) => fee * counts.reduce((sum, times) => sum + times, 0))
    const outcome: Outcome = { name: 'net influence', pay, scores: null }
    const [flipped, ...others] = measureEarnings([outcome], planted, 2, { seed: 1, replicates: 100 })
    expect(others).toEqual([])
    expect(flipped).toMatchObject({ kind: 'flipped', rows: 1 })
    expect(flipped?.rules.get('net influence')?.estimate).toBe(0.5)
  })
})
