import { describe, expect, it } from 'vitest'
import { divergence } from '../../../pipeline/evaluate/divergence.ts'
import { formatEvaluation } from '../../../pipeline/evaluate/evaluationFile.ts'
import { askedOf, figuresOf } from '../../../pipeline/evaluate/figures.ts'
import { readHarness } from '../../../pipeline/evaluate/harness.ts'
import { readEvaluation } from '../../../pipeline/import/lmEval.ts'
import { openSource } from '../../../pipeline/import/sourceFolder.ts'
import { fixture, refusalOf, scratch } from '../import/importSetup.ts'
import { resultsOf, righted } from './harnessFixture.ts'

const newFolder = scratch()
const model = { name: 'letters in four bits', weightsHash: `0x${'01'.repeat(32)}` } as const
const twin = { name: 'letters', weightsHash: `0x${'02'.repeat(32)}` } as const
const own = { source: openSource(fixture('lm-eval')), model }
const twinOf = (change: typeof righted) => ({
  source: openSource(resultsOf(newFolder('twin'), 'pretrained=letters', change)),
  model: twin,
})

function only<T>(values: readonly T[]): T {
  const [value, ...others] = values
  if (value === undefined || others.length > 0) throw new Error(`${values.length} were found where one was expected`)
  return value
}

describe('results of lm-evaluation-harness', () => {
  it('become one evaluation a task, with the figures and hashes of the importer and no text', () => {
    const { evaluations, left } = readHarness(own)
    const evaluation = only(evaluations)
    const { benchmarks } = readEvaluation(own.source)
    expect(left).toEqual([])
    const asked = askedOf(evaluation)
    expect(
      figuresOf(evaluation).map(({ metric, score }) => ({ metric, value: Math.round(score.value * 1e6), ...asked })),
    ).toEqual(
      benchmarks.map(({ configHash, measured: { metric, score, datasetHash, sampleCount } }) => ({
        metric,
        value: score.value,
        configHash,
        datasetHash,
        sampleCount,
      })),
    )
    const [, ...lines] = formatEvaluation(evaluation).split('\n')
    expect(lines.join('\n')).not.toContain('follows')
  })

  it('are paired with the twin’s, sample by sample', () => {
    const other = twinOf((line, i) => (i === 0 ? righted(line, i) : line))
    const evaluation = only(readHarness(own, other).evaluations)
    const [first] = evaluation.samples
    const kl = divergence(first?.model.logits ?? [], first?.twin?.logits ?? []) / 8
    expect(kl).toBeGreaterThan(0)
    expect(figuresOf(evaluation)).toMatchObject([
      { metric: 'acc', score: { value: 0.25 }, twin: { score: { value: 0.375 }, gained: 0, lost: 1, meanKl: kl } },
      { metric: 'acc_norm', twin: { gained: 0, lost: 1, meanKl: kl } },
    ])
  })

  it('are refused with a twin that was prompted in another way', () => {
    const other = twinOf((line, i) => (i === 3 ? { ...line, prompt_hash: 'ab'.repeat(32) } : line))
    expect(refusalOf(() => readHarness(own, other))).toMatchObject({
      file: 'next_letter',
      facts: { samples: 8, twin: 8, firstDifferent: 3 },
    })
  })

  it('are refused with a choice whose likelihood is no number', () => {
    const broken = twinOf((line, i) => (i === 2 ? { ...line, resps: [[['-inf', 'False']], [['-1', 'False']]] } : line))
    expect(refusalOf(() => readHarness(broken))).toMatchObject({ facts: { doc_id: 2 } })
  })
})
