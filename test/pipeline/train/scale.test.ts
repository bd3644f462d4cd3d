import { describe, expect, it } from 'vitest'
import { logistic } from '../../../pipeline/math/elementary.ts'
import { createRandom } from '../../../pipeline/math/random.ts'
import {
  columnsOf,
  crossEntropy,
  isRight,
  logitsOf,
  lossOf,
  marginOf,
  marginSlope,
  questionOf,
  residualOf,
  type Scale,
  sideOf,
  TWO_CLASSES,
} from '../../../pipeline/train/lora/scale.ts'

const FIVE: Scale = { classes: 5, ordered: false }
const BINS: Scale = { classes: 5, ordered: true }
const { uniform } = createRandom(8, 'log-odds')
const drawn = (scale: Scale) => Float64Array.from({ length: columnsOf(scale) }, () => 4 * uniform() - 2)

/** Central differences of a function of one row's log-odds. */
function slopeOf(f: (m: Float64Array) => number, m: Float64Array): readonly number[] {
  const step = 1e-5
  return Array.from(m, (_, k) => {
    const moved = (by: number) => f(m.map((x, at) => (at === k ? x + by : x)))
    return (moved(step) - moved(-step)) / (2 * step)
  })
}

const near = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 7))

describe('two classes', () => {
  it('are logistic regression to the last bit, as they were before there were more', () => {
    for (let i = 0; i < 50; i++) {
      const m = drawn(TWO_CLASSES)
      const [own = 0] = m
      for (const label of [0, 1]) {
        expect(lossOf(TWO_CLASSES, m, label)).toBe(crossEntropy(own, label))
        expect([...residualOf(TWO_CLASSES, m, label)]).toEqual([logistic(own) - label])
        expect(questionOf(TWO_CLASSES, m, label)).toEqual({ p: logistic(own), y: label, slope: Float64Array.of(1) })
      }
    }
  })
})

describe.each([
  ['many classes', FIVE],
  ['bins of a number', BINS],
])('%s', (_, scale) => {
  it('have the residual and the slopes that finite differences have', () => {
    for (let i = 0; i < 10; i++) {
      const m = drawn(scale)
      for (let label = 0; label < scale.classes; label++) {
        const side = sideOf(scale, label)
        expect([...residualOf(scale, m, label)]).toEqual(near(slopeOf((at) => lossOf(scale, at, label), m)))
        expect([...marginSlope(scale, m, side)]).toEqual(near(slopeOf((at) => marginOf(scale, at, side), m)))
      }
    }
  })

  it('ask a row one yes or no, whose residual is the loss’s own', () => {
    const m = drawn(scale)
    for (let label = 0; label < scale.classes; label++) {
      const { p, y, slope } = questionOf(scale, m, label)
      expect([...slope.map((x) => (p - y) * x)]).toEqual(near([...residualOf(scale, m, label)]))
    }
  })
})

describe('answers', () => {
  it('of many classes are the likeliest, and right or wrong', () => {
    expect(logitsOf(FIVE, Float64Array.of(1, -1, 3, 2))).toEqual([0, 1, -1, 3, 2])
    expect([isRight(FIVE, 3, 3), isRight(FIVE, 3, 4)]).toEqual([true, false])
  })

  it('of bins of a number are binomial, and right within a tenth of the scale', () => {
    const logits = logitsOf(BINS, Float64Array.of(Math.log(3)))
    const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0)
    expect(logits.map((logit) => Math.exp(logit) / total)).toEqual(near([1, 12, 54, 108, 81].map((x) => x / 256)))
    const decades: Scale = { classes: 23, ordered: true }
    expect([isRight(decades, 10, 12), isRight(decades, 10, 13)]).toEqual([true, false])
    expect([0, 1, 2, 3, 4].map((label) => sideOf(BINS, label))).toEqual([0, 0, 0, 1, 1])
  })
})
