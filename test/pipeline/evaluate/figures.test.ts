import fc from 'fast-check'
import { zeroHash } from 'viem'
import { describe, expect, it } from 'vitest'
import { divergence } from '../../../pipeline/evaluate/divergence.ts'
import type { Evaluation } from '../../../pipeline/evaluate/evaluationFile.ts'
import { askedOf, figuresOf } from '../../../pipeline/evaluate/figures.ts'
import { intervalOf } from '../../../pipeline/evaluate/interval.ts'
import { recordsOf } from '../../../pipeline/evaluate/records.ts'
import { evaluationOf, sampleOf } from './evaluation.ts'

const rightOf = (right: number, n: number) => Array.from({ length: n }, (_, i) => (i < right ? 1 : 0))
const logits = fc.array(fc.double({ min: -30, max: 30, noNaN: true }), { minLength: 2, maxLength: 6 })

describe('an interval', () => {
  it('of verdicts is Wilson’s: its ends are the shares from which what was seen lies 1.96 standard deviations away', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2000 }), fc.double({ min: 0, max: 1, noNaN: true }), (n, part) => {
        const right = Math.round(n * part)
        const { value, low, high } = intervalOf(rightOf(right, n))
        expect(value).toBe(right / n)
        for (const end of [low, high])
          expect((value - end) ** 2).toBeCloseTo((1.959963984540054 ** 2 * end * (1 - end)) / n, 12)
      }),
    )
    const { low, high } = intervalOf(rightOf(9, 10))
    expect([low.toFixed(4), high.toFixed(4)]).toEqual(['0.5958', '0.9821'])
  })

  it('of other scores is that of a normal distribution around their mean', () => {
    const found = intervalOf([0.25, 0.5, 0.75, 1])
    const half = 1.959963984540054 * Math.sqrt(0.3125 / 3 / 4)
    expect(found.value).toBe(0.625)
    expect([found.low, found.high]).toEqual([expect.closeTo(0.625 - half, 12), expect.closeTo(0.625 + half, 12)])
    expect(intervalOf([0.3])).toEqual({ value: 0.3, low: 0.3, high: 0.3 })
  })

  it('holds its score, and a share’s stays between zero and one', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(0, 1), { minLength: 1, maxLength: 300 }), (scores) => {
        const { value, low, high } = intervalOf(scores)
        expect(0 <= low && low <= value && value <= high && high <= 1).toBe(true)
      }),
    )
    fc.assert(
      fc.property(fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 1, maxLength: 50 }), (scores) => {
        const { value, low, high } = intervalOf(scores)
        expect(low <= value && value <= high).toBe(true)
      }),
    )
  })
})

describe('divergence', () => {
  it('is the formula by hand', () => {
    // Model: 0.8 and 0.2; twin: 0.5 and 0.5.
    const expected = 0.8 * Math.log(0.8 / 0.5) + 0.2 * Math.log(0.2 / 0.5)
    expect(divergence([Math.log(4), 0], [0, 0])).toBeCloseTo(expected, 14)
    expect(divergence([0, 0], [Math.log(4), 0])).toBeCloseTo(0.5 * Math.log(0.5 / 0.8) + 0.5 * Math.log(0.5 / 0.2), 14)
  })

  it('is never negative, nothing between equals, and blind to what all log-probabilities of a model have in common', () => {
    fc.assert(
      fc.property(
        logits,
        fc.double({ min: -50, max: 50, noNaN: true }),
        fc.infiniteStream(fc.integer()),
        (a, common, noise) => {
          const b = a.map((x) => x + ((noise.next().value ?? 0) % 7))
          const found = divergence(a, b)
          expect(found).toBeGreaterThanOrEqual(0)
          expect(divergence(a, a)).toBe(0)
          expect(
            divergence(
              a.map((x) => x + common),
              b,
            ),
          ).toBeCloseTo(found, 9)
        },
      ),
    )
  })

  it('stays finite where one model is certain and the other is certain of the contrary', () => {
    expect(divergence([0, 700], [700, 0])).toBeCloseTo(700, 9)
  })
})

describe('the figures of an evaluation', () => {
  const evaluation: Evaluation = evaluationOf([
    sampleOf('a', 1, [0, 2], [0, 2]),
    sampleOf('b', 1, [0, -1], [0, 1]),
    sampleOf('c', 0, [0, -1], [0, 1]),
    sampleOf('d', 0, [0, 1], [0, -1]),
    sampleOf('e', 0, [0, 1], [0, 1]),
  ])

  it('count flips in both directions on the same samples', () => {
    const [figures] = figuresOf(evaluation)
    const flip = divergence([0, 1], [0, -1])
    expect(figures).toMatchObject({
      metric: 'acc',
      unpaired: null,
      score: { value: 2 / 5 },
      twin: { score: { value: 3 / 5 }, gained: 1, lost: 2, meanKl: expect.closeTo((3 * flip) / 5, 12) },
    })
    const { score, twin } = figures ?? {}
    expect((score?.value ?? 0) - (twin?.score.value ?? 0)).toBeCloseTo(
      ((twin?.gained ?? 0) - (twin?.lost ?? 0)) / 5,
      12,
    )
  })

  it('become a benchmark and a quantisation loss in whole millionths and billionths', () => {
    const { records, left } = recordsOf(evaluation, { hash: `0x${'7'.repeat(64)}`, uri: 'ipfs://file' }, 9)
    const { datasetHash, configHash } = askedOf(evaluation)
    const measured = {
      metric: 'acc',
      datasetHash,
      score: { value: 400_000n, low: 117_621n, high: 769_276n },
      sampleCount: 5,
      resultsHash: `0x${'7'.repeat(64)}`,
      resultsURI: 'ipfs://file',
    }
    expect({ records, left }).toEqual({
      records: [
        { kind: 'benchmark', measured, task: 'letters', taskVersion: '1', configHash },
        {
          kind: 'quantisation loss',
          measured,
          twinHash: evaluation.twin?.weightsHash,
          twin: 9,
          twinScore: { value: 600_000n, low: 230_724n, high: 882_379n },
          gained: 1,
          lost: 2,
          meanKl: BigInt(Math.round((3 * divergence([0, 1], [0, -1]) * 1e9) / 5)),
        },
      ],
      left: [],
    })
  })

  it('are a benchmark alone without a twin', () => {
    const alone = { ...evaluation, twin: null, samples: evaluation.samples.map((each) => ({ ...each, twin: null })) }
    expect(recordsOf(alone, { hash: zeroHash, uri: '' })).toMatchObject({ records: [{ kind: 'benchmark' }], left: [] })
  })

  it('say why nothing can be paired: scores that are no verdicts, or no list of answers', () => {
    const graded = evaluation.samples.map((each) => ({ ...each, model: { ...each.model, scores: [0.5] } }))
    const open = evaluation.samples.map(({ target: _, model, twin, ...each }) => ({
      ...each,
      model: { ...model, logits: null },
      twin: twin && { ...twin, logits: null },
    }))
    const leftOf = (samples: Evaluation['samples']) =>
      recordsOf({ ...evaluation, samples }, { hash: zeroHash, uri: '' }).left
    expect([leftOf(graded), leftOf(open)]).toEqual([
      ['quantisation loss by acc of letters: its samples are not right or wrong, so none can flip'],
      ['quantisation loss by acc of letters: the task offers no list of answers to compare the probabilities of'],
    ])
  })

  it('name the samples in their order, and nothing where no configuration was kept', () => {
    const turned = { ...evaluation, samples: evaluation.samples.toReversed(), config: null }
    expect(askedOf(turned).datasetHash).not.toBe(askedOf(evaluation).datasetHash)
    expect(askedOf(turned).configHash).toBe(zeroHash)
  })
})
