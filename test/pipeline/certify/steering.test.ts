import { describe, expect, it } from 'vitest'
import type { PaidUnit } from '../../../attribution/bookPay.ts'
import { fixedWeights } from '../../../attribution/fixedWeights.ts'
import { quantise } from '../../../attribution/sketch.ts'
import type { ScaledUnit } from '../../../attribution/unitSketch.ts'
import { measureSteering } from '../../../pipeline/certify/steering.ts'
import { createRandom } from '../../../pipeline/math/random.ts'
import { sketchAnswer } from '../../../pipeline/train/answerSketch.ts'

const K = 64
const random = createRandom(3, 'steering test')
const noise = () => 2 * random.uniform() - 1
const identity = {
  dims: K,
  width: K,
  map: Float32Array.from({ length: K * K }, (_, at) => (at % (K + 1) === 0 ? 1 : 0)),
}
const way = Float32Array.from({ length: K }, noise)

function unitsOf(scaled: readonly ScaledUnit[]): readonly PaidUnit[] {
  const fixed = fixedWeights(scaled)
  return scaled.map((unit, u) => ({ ...unit, kept: 20, fixed: fixed[u] as bigint, struck: false }))
}

/** Ten units that point partly one way, and answers that do. */
const units = unitsOf(
  Array.from({ length: 10 }, () => ({ scale: 60_000, codes: quantise(way.map((x) => 0.5 * x + noise())) })),
)
const answers = Array.from({ length: 40 }, () =>
  sketchAnswer(
    identity,
    way.map((x) => 0.5 * x + noise()),
  ),
)

describe('λ', () => {
  const byFloor = new Map([0, 10_000, 20_000].map((floor) => [floor, measureSteering(units, answers, floor, 1)]))

  it('is what a call can move: no more than its fee where there is no other, and less with a higher floor', () => {
    const [none, one, two] = [0, 10_000, 20_000].map((floor) => byFloor.get(floor))
    expect(none?.alone).toBeLessThanOrEqual(1)
    for (const figure of ['allAnswers', 'fiveAnswers', 'alone', 'fiveUnits'] as const) {
      expect(one?.[figure]).toBeLessThanOrEqual((none?.[figure] as number) + 1e-9)
      expect(two?.[figure]).toBeLessThan(one?.[figure] as number)
    }
  })

  it('is more for five units together than for one', () => {
    for (const { allAnswers, fiveUnits } of byFloor.values()) expect(fiveUnits).toBeGreaterThan(allAnswers)
  })

  it('is reached: no random sketch moves as much', () => {
    const lone = unitsOf([{ scale: 65_535, codes: quantise(way) }, ...units.slice(0, 3)])
    const { alone } = measureSteering(lone, answers, 10_000, 1)
    expect(alone).toBeGreaterThan(byFloor.get(10_000)?.alone as number)
    expect(measureSteering(units, answers, 10_000, 1)).toEqual(byFloor.get(10_000))
  })

  it('is all of the fee where one unit is all that there is', () => {
    const { allAnswers, alone } = measureSteering(units.slice(0, 1), answers, 10_000, 1)
    expect([allAnswers, alone].map((x) => x.toFixed(6))).toEqual(['1.000000', '1.000000'])
  })
})
