import { expect, it } from 'vitest'
import { pairedOf } from '../../cli/commands/evaluation/say.ts'

it('a comparison with the twin is printed with its interval, its test, and both divergences', () => {
  const said = pairedOf({
    score: { value: 0.9625, low: 0.939, high: 0.977 },
    gained: 0,
    lost: 2,
    otherWrong: 3,
    difference: { value: -0.005, low: -0.01803, high: 0.00642 },
    mcnemar: 0.5,
    meanKl: 0.0012,
    fromTwin: { mean: 0.0012, standardError: 0.0001, p99: 0.02 },
    ofTwin: { mean: 0.0013, standardError: null, p99: 0.03 },
  })
  expect(said).toBe(
    'difference −0.0050 [−0.0180, +0.0064], McNemar p = 0.500; 3 answered wrongly by both, in different ways; ' +
      'KL of the model from its twin 0.001200 ± 0.000100 (99th percentile 0.0200), of the twin from the model 0.001300 (99th percentile 0.0300)',
  )
})
