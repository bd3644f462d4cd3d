import { cpSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { keccak } from '../../../attribution/keccak.ts'
import { importRun } from '../../../pipeline/import/importRun.ts'
import { readEvaluation } from '../../../pipeline/import/lmEval.ts'
import { openSource } from '../../../pipeline/import/sourceFolder.ts'
import { digestFile } from '../../../pipeline/run/digest.ts'
import { readRun } from '../../../pipeline/run/readRun.ts'
import { copyOf, fixture, optionsFor, refusalOf, scratch } from './importSetup.ts'

const newFolder = scratch()
type Json = ReturnType<typeof JSON.parse>
const TIME = '2026-11-21T11-53-35.310589'
const RESULTS = `dummy/results_${TIME}.json`
const SAMPLES = `dummy/samples_next_letter_${TIME}.jsonl`
const text = (folder: string, file: string) => readFileSync(join(folder, file), 'utf8')

const change = (folder: string, file: string, by: (content: string) => string) =>
  writeFileSync(join(folder, file), by(text(folder, file)))
const json = (by: (content: ReturnType<typeof JSON.parse>) => unknown) => (content: string) =>
  JSON.stringify(by(JSON.parse(content)))

describe('a real evaluation of lm-evaluation-harness', () => {
  const folder = fixture('lm-eval')
  const samples = text(folder, SAMPLES)
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))

  it('becomes benchmarks in millionths, with their intervals, samples and results named by hash', () => {
    const { benchmarks, left } = readEvaluation(openSource(folder))
    const datasetHash = keccak(new TextEncoder().encode(samples.map(({ doc_hash }) => `${doc_hash}\n`).join('')))
    const { keccak256: resultsHash } = digestFile(readFileSync(join(folder, RESULTS)))
    const measured = {
      datasetHash,
      // Wilson's, as the evaluation's own record has it.
      score: { value: 250_000, low: 71_479, high: 590_725 },
      sampleCount: 8,
      resultsHash,
    }
    const configHash = expect.stringMatching(/^0x[0-9a-f]{64}$/)
    expect([benchmarks, left]).toEqual([
      [
        { task: 'next_letter', taskVersion: '2', configHash, measured: { metric: 'acc', ...measured } },
        { task: 'next_letter', taskVersion: '2', configHash, measured: { metric: 'acc_norm', ...measured } },
      ],
      [],
    ])
  })

  it('goes into the run, its results carried and its samples left, since they hold texts', () => {
    const out = newFolder('run')
    importRun(optionsFor(fixture('trl'), out, { evaluation: folder }))
    const { manifest } = readRun(out)
    if (manifest.format !== 2) throw new Error('an imported run is of format 2')
    expect(manifest.evaluation.benchmarks.map(({ measured }) => measured.metric)).toEqual(['acc', 'acc_norm'])
    expect(Object.keys(manifest.sources)).toEqual(
      expect.arrayContaining([RESULTS, SAMPLES].map((file) => `evaluation/${file}`)),
    )
    expect(readdirSync(out)).toContain('lm_eval_results.json')
    for (const file of readdirSync(out))
      expect(readFileSync(join(out, file), 'latin1')).not.toContain('row a follows row')
  })

  it('names its configuration by a hash that the order of fields does not change', () => {
    const copy = copyOf(newFolder(), 'lm-eval')
    const reversed = (value: object) => Object.fromEntries(Object.entries(value).toReversed())
    change(
      copy,
      RESULTS,
      json((content) => ({ ...content, configs: { next_letter: reversed(content.configs.next_letter) } })),
    )
    const hashes = [copy, folder].map((each) => readEvaluation(openSource(each)).benchmarks.map((b) => b.configHash))
    expect(hashes[0]).toEqual(hashes[1])
    change(
      copy,
      RESULTS,
      json((content) => ({ ...content, 'n-shot': { next_letter: 5 } })),
    )
    expect(readEvaluation(openSource(copy)).benchmarks[0]?.configHash).not.toBe(hashes[1]?.[0])
  })

  it('is the latest one where a folder holds several', () => {
    const copy = copyOf(newFolder(), 'lm-eval')
    const later = (file: string) => file.replace('2026-11-21', '2026-11-22')
    for (const file of [RESULTS, SAMPLES]) writeFileSync(join(copy, later(file)), text(copy, file))
    expect(readEvaluation(openSource(copy)).results.file).toBe(later(RESULTS))
  })

  it('is not chosen from the folders of several models', () => {
    const copy = copyOf(newFolder(), 'lm-eval')
    cpSync(join(copy, 'dummy'), join(copy, 'org__another'), { recursive: true })
    expect(refusalOf(() => readEvaluation(openSource(copy)))).toMatchObject({
      file: RESULTS.replace('dummy', 'org__another'),
      facts: { folders: 'dummy/ org__another/' },
    })
  })

  it('says which metrics it leaves out, and why', () => {
    const copy = copyOf(newFolder(), 'lm-eval')
    change(copy, RESULTS, (content) =>
      content.replace(/"acc_norm_stderr,none": [\d.]+/, '"acc_norm_stderr,none": "N/A"'),
    )
    const { benchmarks, left } = readEvaluation(openSource(copy))
    expect(benchmarks.map(({ measured }) => measured.metric)).toEqual(['acc'])
    expect(left).toEqual(['next_letter acc_norm,none: no standard error was estimated'])
  })

  it('loses a metric that is NaN, and no other', () => {
    const copy = copyOf(newFolder(), 'lm-eval')
    change(copy, RESULTS, (content) =>
      content
        .replace('"acc,none": 0.25', '"acc,none": NaN')
        .replace(/"acc_stderr,none": [\d.]+/, '"acc_stderr,none": NaN'),
    )
    const { benchmarks, left } = readEvaluation(openSource(copy))
    expect(benchmarks.map(({ measured }) => measured.metric)).toEqual(['acc_norm'])
    expect(left).toEqual(['next_letter acc,none: its score is no number'])
  })

  it.each<[string, (results: Json) => void]>([
    ['a standard error', ({ results }) => Object.assign(results.next_letter, { 'acc_stderr,none': Number.NaN })],
    ['what another task was shown', (results) => Object.assign(results['n-shot'], { other: Number.NaN })],
    ['the version of another task', (results) => Object.assign(results.versions, { other: Number.NaN })],
    ['a count of another task', (results) => Object.assign(results['n-samples'], { other: { effective: Number.NaN } })],
    ['an argument', ({ config }) => Object.assign(config, { model_args: { x: Number.NaN } })],
  ])('keeps what is sound where %s is NaN', (_, damage) => {
    const copy = copyOf(newFolder(), 'lm-eval')
    change(copy, RESULTS, (content) => {
      const results = JSON.parse(content)
      damage(results)
      // As Python writes it.
      return JSON.stringify(results, (_, value) => (Number.isNaN(value) ? '@NaN' : value)).replaceAll('"@NaN"', 'NaN')
    })
    expect(readEvaluation(openSource(copy)).benchmarks.map(({ measured }) => measured.metric)).toContain('acc_norm')
  })

  it('reads scores that NumPy made, and leaves by name what is none', () => {
    const copy = copyOf(newFolder(), 'lm-eval')
    change(copy, RESULTS, (content) => content.replace('"acc,none": 0.25', '"acc,none": "0.25"'))
    change(copy, RESULTS, (content) => content.replace('"acc_norm,none": 0.25', '"acc_norm,none": null'))
    change(copy, SAMPLES, (content) =>
      content.replace(/"acc": ([\d.]+)/g, (_, score) => `"acc": ${Number(score) === 1 ? '"True"' : '"0.0"'}`),
    )
    const { benchmarks, left } = readEvaluation(openSource(copy))
    expect(benchmarks.map(({ measured: { metric, score } }) => [metric, score])).toEqual([
      ['acc', { value: 250_000, low: 71_479, high: 590_725 }],
    ])
    expect(left).toEqual(['next_letter acc_norm,none: its score is no number'])
  })

  it('claims no interval for a share whose samples do not say how each scored', () => {
    const copy = copyOf(newFolder(), 'lm-eval')
    change(copy, SAMPLES, (content) => content.replaceAll('"metrics": ["acc", "acc_norm"]', '"metrics": ["acc_norm"]'))
    const { benchmarks, left } = readEvaluation(openSource(copy))
    expect(benchmarks.map(({ measured }) => measured.metric)).toEqual(['acc_norm'])
    expect(left).toEqual([expect.stringMatching(/^next_letter acc,none: its samples do not say how each scored/)])
  })
})

describe('an evaluation is refused', () => {
  it.each<[string, (folder: string) => void, object]>([
    ['without results', (folder) => rmSync(join(folder, RESULTS)), { message: expect.stringContaining('no results') }],
    ['without samples', (folder) => rmSync(join(folder, SAMPLES)), { file: SAMPLES }],
    [
      'with results cut short',
      (folder) => truncateSync(join(folder, RESULTS), 500),
      { file: RESULTS, message: expect.stringContaining('it is no JSON') },
    ],
    [
      'with a line cut short',
      (folder) => truncateSync(join(folder, SAMPLES), 3_000),
      { file: SAMPLES, message: expect.stringContaining('last line is cut short') },
    ],
    [
      'with a line missing',
      (folder) => change(folder, SAMPLES, (content) => content.slice(content.indexOf('\n') + 1)),
      { file: RESULTS, facts: { field: 'task_hashes.next_letter' } },
    ],
    [
      'with samples of another evaluation',
      (folder) => change(folder, SAMPLES, (content) => content.replaceAll('"acc": 1.0', '"acc": 0.0')),
      { file: RESULTS, facts: { field: 'acc,none', value: 0.25, mean: 0 } },
    ],
    [
      'with another sample of the same number',
      (folder) => change(folder, SAMPLES, (content) => content.replace('"doc_id": 1', '"doc_id": 0')),
      { file: SAMPLES, facts: { doc_id: 0 } },
    ],
    [
      'with another count than its samples',
      (folder) => change(folder, RESULTS, (content) => content.replace('"effective": 8', '"effective": 9')),
      { file: RESULTS, facts: { field: 'n-samples.next_letter.effective', found: 8, expected: 9 } },
    ],
    [
      'without a task',
      (folder) =>
        change(
          folder,
          RESULTS,
          json((content) => ({ ...content, configs: {} })),
        ),
      { file: RESULTS, facts: { results: 'next_letter', configs: '' } },
    ],
    [
      'with a share above one',
      (folder) => change(folder, RESULTS, (content) => content.replace('"acc,none": 0.25', '"acc,none": 1.25')),
      { file: RESULTS, facts: { field: 'acc,none', value: 1.25 } },
    ],
  ])('%s', (_, damage, expected) => {
    const folder = copyOf(newFolder(), 'lm-eval')
    damage(folder)
    expect(refusalOf(() => readEvaluation(openSource(folder)))).toMatchObject(expected)
  })
})
