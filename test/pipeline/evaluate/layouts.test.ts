import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { askedOf, figuresOf } from '../../../pipeline/evaluate/figures.ts'
import { readHarness } from '../../../pipeline/evaluate/harness.ts'
import { quantisedBy } from '../../../pipeline/evaluate/harnessClaim.ts'
import { readEvaluation } from '../../../pipeline/import/lmEval.ts'
import { openSource } from '../../../pipeline/import/sourceFolder.ts'
import { refusalOf, scratch } from '../import/importSetup.ts'
import { resultsOf, righted } from './harnessFixture.ts'

type Json = ReturnType<typeof JSON.parse>

const newFolder = scratch()
const model = { name: 'letters in four bits', weightsHash: `0x${'01'.repeat(32)}` } as const
const twin = { name: 'letters', weightsHash: `0x${'02'.repeat(32)}` } as const
const ARGS = 'pretrained=org/letters,dtype=float16'

/** Rewrites the two files of an evaluation. */
function rewritten(folder: string, change: (results: Json, lines: Json[]) => { results: Json; lines: Json[] }): string {
  const below = join(folder, 'dummy')
  const [results = '', samples = ''] = readdirSync(below).toSorted()
  const lines = readFileSync(join(below, samples), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  const changed = change(JSON.parse(readFileSync(join(below, results), 'utf8')), lines)
  writeFileSync(join(below, results), JSON.stringify(changed.results))
  writeFileSync(join(below, samples), changed.lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
  return folder
}

/** The same evaluation as 0.4.0 to 0.4.2 leave it. */
function asOld(folder: string, name: string): string {
  const below = join(folder, 'dummy')
  const [results = '', samples = ''] = readdirSync(below).toSorted()
  const lines = readFileSync(join(below, samples), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  const { task_hashes: _, 'n-samples': __, ...said } = JSON.parse(readFileSync(join(below, results), 'utf8'))
  rmSync(below, { recursive: true })
  writeFileSync(join(folder, name), JSON.stringify(said, null, 2))
  const old = lines.map(
    ({ filter: _f, metrics: _m, doc_hash: _d, prompt_hash: _p, target_hash: _t, arguments: asked, ...line }) => ({
      ...line,
      arguments: Object.values(asked as Json).map((each) => Object.values(each as Json)),
    }),
  )
  writeFileSync(join(folder, 'pretrained__org__letters,dtype__float16_next_letter.jsonl'), JSON.stringify(old, null, 2))
  return folder
}

const evaluationOf = (folder: string, file?: string) => {
  const [evaluation] = readHarness({ source: openSource(folder), file, model }).evaluations
  if (evaluation === undefined) throw new Error('one task was evaluated')
  return evaluation
}
const scoresIn = (folder: string, file?: string) =>
  figuresOf(evaluationOf(folder, file)).map(({ metric, score }) => [metric, score.value])
const BOTH = [
  ['acc', 0.25],
  ['acc_norm', 0.25],
]

describe('results of older versions of the harness', () => {
  it('without a time in their names, the samples named by the model’s arguments', () => {
    expect(scoresIn(asOld(resultsOf(newFolder(), ARGS), 'results.json'))).toEqual(BOTH)
  })

  it('in the file that --output_path named', () => {
    const folder = asOld(resultsOf(newFolder(), ARGS), 'out.json')
    expect([scoresIn(folder), scoresIn(folder, 'out.json')]).toEqual([BOTH, BOTH])
    const { benchmarks } = readEvaluation(openSource(folder))
    expect(benchmarks.map(({ measured }) => [measured.metric, measured.score.value])).toEqual([
      ['acc', 250_000],
      ['acc_norm', 250_000],
    ])
  })

  it('in a file that --output_path named, and a time', () => {
    const folder = resultsOf(newFolder(), ARGS)
    const below = join(folder, 'dummy')
    const [results = ''] = readdirSync(below).toSorted()
    renameSync(join(below, results), join(below, results.replace('results_', 'out_')))
    expect(scoresIn(folder)).toEqual(BOTH)
  })

  it('whose samples do not name their filters, which answered one after the other', () => {
    const folder = rewritten(resultsOf(newFolder(), ARGS), (results, lines) => {
      const scored = (filter: string, value: number) => ({ [`em,${filter}`]: value, [`em_stderr,${filter}`]: 0.1 })
      const [task] = Object.keys(results.results)
      const bare = lines.map(({ filter: _, metrics: __, acc: ___, acc_norm: ____, ...line }) => line)
      return {
        results: {
          ...results,
          task_hashes: undefined,
          'n-samples': undefined,
          results: { [task as string]: { ...scored('strict', 0.5), ...scored('flexible', 1) } },
        },
        lines: [...bare.map((line, i) => ({ ...line, em: i % 2 })), ...bare.map((line) => ({ ...line, em: true }))],
      }
    })
    expect(scoresIn(folder)).toEqual([
      ['em,strict', 0.5],
      ['em,flexible', 1],
    ])
  })

  it('that are several and have no time are not chosen from', () => {
    const folder = asOld(resultsOf(newFolder(), ARGS), 'a.json')
    writeFileSync(join(folder, 'b.json'), readFileSync(join(folder, 'a.json')))
    expect(refusalOf(() => scoresIn(folder)).message).toContain('one of several results without a time')
  })
})

describe('samples', () => {
  const ranked = (folder: string) =>
    rewritten(folder, (results, lines) => ({
      results: { ...results, task_hashes: undefined },
      lines: [...lines.filter((_, i) => i % 2 === 0), ...lines.filter((_, i) => i % 2 === 1)],
    }))

  it('of several ranks are those of one, whatever order they are in', () => {
    const one = resultsOf(newFolder(), ARGS)
    const several = ranked(resultsOf(newFolder(), ARGS))
    expect(askedOf(evaluationOf(several))).toEqual(askedOf(evaluationOf(one)))
    const sums = [one, several].map((folder) => readEvaluation(openSource(folder)).benchmarks[0]?.measured.datasetHash)
    expect(sums[0]).toBe(sums[1])
  })

  it.each([
    ['in another order', ranked],
    [
      'with numbers of their ranks',
      (folder: string) =>
        rewritten(folder, (results, lines) => ({
          results: { ...results, task_hashes: undefined },
          lines: lines.toReversed().map((line, i) => ({ ...line, doc_id: i })),
        })),
    ],
  ])('are paired by document and hash with a twin that was asked %s', (_, change) => {
    const source = openSource(change(resultsOf(newFolder(), ARGS, (line, i) => (i === 5 ? righted(line, i) : line))))
    const own = { source: openSource(resultsOf(newFolder(), ARGS)), model }
    const [evaluation] = readHarness(own, { source, model: twin }).evaluations
    const kl = evaluation?.samples.map(({ model, twin }) => String(model.logits) === String(twin?.logits))
    expect(kl).toEqual([true, true, true, true, true, false, true, true])
  })

  it('count a score of JSON’s true', () => {
    const yes = (folder: string) =>
      rewritten(folder, (results, lines) => ({
        results,
        lines: lines.map((line) => ({ ...line, acc: line.acc === 1 })),
      }))
    expect(scoresIn(yes(resultsOf(newFolder(), ARGS)))).toEqual(BOTH)
  })

  it.each([
    ['an empty text', [[['', 'False']], [['-1', 'False']]]],
    ['a word', [[['none', 'False']], [['-1', 'False']]]],
    ['nothing', [[], [['-1', 'False']]]],
    ['null', [[[null, false]], [['-1', 'False']]]],
  ])('whose log-likelihood is %s are refused', (_, resps) => {
    const odd = resultsOf(newFolder(), ARGS, (line, i) => (i === 2 ? ({ ...line, resps } as typeof line) : line))
    expect(refusalOf(() => evaluationOf(odd))).toMatchObject({ facts: { doc_id: 2 } })
  })

  it.each(['nan', '-inf', 'inf'])('whose log-likelihood is %s lose their task, and no other', (likelihood) => {
    const folder = resultsOf(newFolder(), ARGS)
    const below = join(folder, 'dummy')
    const [results = '', samples = ''] = readdirSync(below).toSorted()
    const said = JSON.parse(readFileSync(join(below, results), 'utf8'))
    for (const field of ['results', 'configs', 'versions']) said[field].other = said[field].next_letter
    writeFileSync(join(below, results), JSON.stringify(said))
    const text = readFileSync(join(below, samples), 'utf8')
    const odd = text.replace(/("resps":\[\[\[")[^"]+/, `$1${likelihood}`)
    writeFileSync(join(below, samples.replace('next_letter', 'other')), odd)
    const { evaluations, left } = readHarness({ source: openSource(folder), model })
    expect([evaluations.map(({ task }) => task), left]).toEqual([
      ['next_letter'],
      ['other: a log-likelihood of sample 0 is no finite number'],
    ])
  })

  it('with log-likelihoods as numbers are read', () => {
    const numbers = resultsOf(newFolder(), ARGS, (line) => ({
      ...line,
      resps: line.resps.map(([[likelihood, greedy]]) => [[Number(likelihood), greedy]]) as never,
    }))
    expect(scoresIn(numbers)).toEqual(BOTH)
  })

  it('tell accuracy’s answers from those that lengths are taken into account for', () => {
    const longer = (line: Json) => {
      const asked = Object.entries(line.arguments as Json).map(([name, each], c) => [
        name,
        { ...(each as Json), arg_1: ` ${'abcd'[c]?.repeat(c === 0 ? 8 : 1)}` },
      ])
      return { ...line, arguments: Object.fromEntries(asked) }
    }
    const folder = rewritten(resultsOf(newFolder(), ARGS), (results, lines) => {
      const changed = lines.map(longer)
      return {
        results,
        lines: changed.map((line, i) => ({
          ...line,
          resps: [[['-2', 'x']], [['-1', 'x']], [['-3', 'x']], [['-4', 'x']]],
          target: i % 4,
          acc: Number(i % 4 === 1),
          acc_norm: Number(i % 4 === 0),
        })),
      }
    })
    expect(evaluationOf(folder).samples.map(({ model: { answers } }) => answers)).toEqual(Array(8).fill([1, 0]))
  })
})

describe('what makes an evaluated model quantised', () => {
  const base = (config: object, file = 'config.json') => {
    const folder = newFolder('base')
    mkdirSync(folder)
    writeFileSync(join(folder, file), JSON.stringify(config))
    return folder
  }
  const adapter = base({ base_model_name_or_path: 'org/base-GPTQ' }, 'adapter_config.json')

  it.each([
    ['a load in four bits', { load_in_4bit: 'True' }],
    ['a load in eight bits', { load_in_8bit: true }],
    ['GPTQModel', { pretrained: 'org/base', gptqmodel: 'True' }],
    ['the quantisation of a server', { pretrained: 'org/base', quantization: 'awq' }],
    ['a file of llama.cpp', { pretrained: 'org/base', gguf_file: 'x.gguf' }],
    ['numbers of eight bits', { pretrained: 'org/base', dtype: 'float8_e4m3fn' }],
    ['its name', { pretrained: 'org/base-GPTQ' }],
    ['its name, as a folder', { pretrained: '/models/base-GPTQ/' }],
    ['its name, by a server', { model: 'org/base-AWQ' }],
    ['the branch of its repository', { pretrained: 'org/base', revision: 'gptq-4bit-32g-actorder_True' }],
    ['the loader of a server', { pretrained: 'org/base', load_format: 'bitsandbytes' }],
    ['AutoAWQ', { pretrained: 'org/base', autoawq: true }],
    ['the base of its adapter', { pretrained: adapter }],
    ['what AutoGPTQ left beside it', { pretrained: base({ bits: 4, group_size: 128 }, 'quantize_config.json') }],
    [
      'its own configuration, of GPTQ',
      { pretrained: base({ quantization_config: { quant_method: 'gptq', bits: 4 } }) },
    ],
    ['its own configuration, of FP8', { pretrained: base({ quantization_config: { quant_method: 'fp8' } }) }],
    [
      'its own configuration, of bitsandbytes',
      { pretrained: base({ quantization_config: { quant_method: 'bitsandbytes', load_in_4bit: true } }) },
    ],
  ])('is %s', (_, modelArgs) => {
    expect(quantisedBy({ modelArgs })).toBeDefined()
  })

  it.each([
    ['nothing that was said', {}],
    ['a switch that is off', { pretrained: 'org/base', load_in_4bit: 'False', quantization: 'None' }],
    ['a switch that says so with a space', { pretrained: 'org/base', quantization: ' none ', quantization_config: {} }],
    ['another loader of a server', { pretrained: 'org/base', load_format: 'safetensors', revision: 'main' }],
    ['the base that its adapter was trained on, beside the one it is on', { pretrained: 'org/base', peft: adapter }],
    ['half precision', { pretrained: 'org/base', dtype: 'bfloat16' }],
    ['a configuration without any', { pretrained: base({ torch_dtype: 'float16' }) }],
  ])('is not %s', (_, modelArgs) => {
    expect(quantisedBy({ modelArgs })).toBe(undefined)
  })
})
