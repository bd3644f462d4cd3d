import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatEvaluation, parseEvaluation } from '../../../pipeline/evaluate/evaluationFile.ts'
import { RunError } from '../../../pipeline/run/runError.ts'
import { refusalOf } from '../import/importSetup.ts'
import { evaluationOf, sampleOf } from './evaluation.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const read = (text: string) => parseEvaluation('evaluation.jsonl', bytes(text))
const evaluation = evaluationOf([sampleOf('a', 1, [0, 2], [0, 2.5]), sampleOf('b', 0, [0, 0.1], [-3, -4])])
const whole = formatEvaluation(evaluation)

describe('an evaluation’s file', () => {
  it('gives back what was written, to the last bit of every number', () => {
    const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => x + 0)
    const sample = fc
      .tuple(fc.string(), fc.nat(1), fc.tuple(number, number), fc.tuple(number, number))
      .map(([name, target, own, twin]) => sampleOf(name, target, own, twin))
    fc.assert(
      fc.property(fc.array(sample, { minLength: 1, maxLength: 9 }), (samples) => {
        const written = evaluationOf(samples)
        expect(read(formatEvaluation(written))).toEqual(written)
      }),
    )
  })

  it('is refused wherever it is cut, with one explanation', () => {
    for (let length = 0; length < whole.length; length++) {
      expect(() => read(whole.slice(0, length))).toThrow(RunError)
    }
  })

  it.each<[string, string, object]>([
    ['with a line too many', `${whole}${whole.split('\n')[1]}\n`, { facts: { found: 3, samples: 2 } }],
    ['of another format', whole.replace('"format":1', '"format":2'), { facts: { field: 'format' } }],
    [
      'with an unknown field',
      whole.replace('"target":1', '"target":1,"text":"secret"'),
      { facts: { field: '(whole)' } },
    ],
    ['with a score too few', whole.replace('"scores":[1]', '"scores":[]'), { facts: { field: 'model.scores' } }],
    [
      'with a score that the logits do not give',
      whole.replace('"scores":[1]', '"scores":[0]'),
      { facts: { right: 1 } },
    ],
    ['with other answers for the twin', whole.replace('[0,2.5]', '[0,2.5,1]'), { facts: { field: 'twin.logits' } }],
    ['with a single answer', whole.replace('[0,2]', '[0]'), { facts: { field: 'model.logits' } }],
    ['with NaN', whole.replace('[0,2]', '[0,NaN]'), { message: expect.stringContaining('line 2 is no JSON') }],
    [
      'with a twin that its header does not name',
      whole.replace(/"twin":\{"name".*?\}/, '"twin":null'),
      { message: expect.stringContaining('whether there is a twin') },
    ],
  ])('is refused %s', (_, text, expected) => {
    expect(text).not.toBe(whole)
    expect(refusalOf(() => read(text))).toMatchObject(expected)
  })
})
