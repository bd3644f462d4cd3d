import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { dot } from '../../../attribution/codes.ts'
import { explain } from '../../../attribution/explanation.ts'
import { capOf } from '../../../attribution/multipliers.ts'
import { sketchRows } from '../../../attribution/sketcher.ts'
import { parseEvaluation } from '../../../pipeline/evaluate/evaluationFile.ts'
import { figuresOf } from '../../../pipeline/evaluate/figures.ts'
import { compareSketches } from '../../../pipeline/publish/auditRun.ts'
import { fitRunSketcher } from '../../../pipeline/publish/sketches.ts'
import { digestFile } from '../../../pipeline/run/digest.ts'
import { type EmittedManifest, PROJECTION_FILE } from '../../../pipeline/run/manifest.ts'
import { type Run, readRun } from '../../../pipeline/run/readRun.ts'
import { RunError } from '../../../pipeline/run/runError.ts'
import { type Float32Tensor, formatSafetensors, parseSafetensors } from '../../../pipeline/run/safetensors.ts'
import { readAgain, readQueries } from '../../../pipeline/run/takenGradients.ts'
import { sketchAnswer } from '../../../pipeline/train/answerSketch.ts'
import { DEFAULT_SKETCH } from '../../../pipeline/train/emit/describeRun.ts'

const fixture = (...path: readonly string[]): string => join(import.meta.dirname, 'fixture', ...path)
const root = mkdtempSync(join(tmpdir(), 'emitted-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
let made = 0

const emitted = (run: Run): EmittedManifest => {
  if (run.manifest.format !== 3) throw new Error('pipeline/gpu writes format 3')
  return run.manifest
}

/** The fixture with a file or a field replaced, hashed as if that were meant. */
function altered(files: Readonly<Record<string, Uint8Array>>, change = (manifest: object): object => manifest): string {
  const folder = join(root, String(made++))
  cpSync(fixture('run'), folder, { recursive: true })
  const path = join(folder, 'run.json')
  const manifest = JSON.parse(readFileSync(path, 'utf8'))
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(folder, name), content)
    manifest.files[name] = digestFile(content)
  }
  writeFileSync(path, JSON.stringify(change(manifest)))
  return folder
}

function refusalOf(read: () => unknown): Pick<RunError, 'message' | 'facts'> {
  try {
    read()
  } catch (error) {
    if (!(error instanceof RunError)) throw error
    return { message: error.message, facts: error.facts }
  }
  throw new Error('Nothing was refused.')
}

describe('a run that pipeline/gpu emitted', () => {
  const run = readRun(fixture('run'))
  const manifest = emitted(run)

  it('is read whole, with labels drawn from the model beside the loss gradients', () => {
    const { u, v } = run.gradients
    expect([run.rows.length, u.n, v.n, u.width, v.width]).toEqual([96, 96, 96, 512, 512])
    expect(v.values).not.toEqual(u.values)
    expect(manifest).toMatchObject({
      method: 'qlora',
      quantisation: { scheme: 'nf4', bits: 4 },
      projection: { kind: 'stored', basis: 'principal' },
      gradients: { task: 'causal-lm', sampleSeed: 1 },
      sketch: { curvature: 'gauss-newton' },
      training: { tool: 'transformers', optimiser: 'adamw', steps: 48 },
    })
  })

  it('says of its quantised base what follows from the samples beside it', () => {
    const file = 'evaluation.jsonl'
    const evaluation = parseEvaluation(file, readFileSync(fixture('run', file)))
    const [figures] = figuresOf(evaluation)
    const stated = manifest.evaluation
    expect([evaluation.model.weightsHash, evaluation.twin?.weightsHash === run.adapterHash]).toEqual([
      run.adapterHash,
      false,
    ])
    expect(stated).toMatchObject({
      samples: evaluation.samples.length,
      accuracy: figures?.score.value,
      twin: { accuracy: figures?.twin?.score.value, gained: figures?.twin?.gained, lost: figures?.twin?.lost },
    })
    expect(stated?.twin?.gained).toBeGreaterThan(0)
    expect(stated?.twin?.meanKl).toBeCloseTo(figures?.twin?.meanKl ?? Number.NaN, 12)
  })

  it('is sketched as the embedded trainer’s runs are, but for its dimensions', () => {
    expect(manifest.sketch).toMatchObject({ ...JSON.parse(readFileSync(SKETCH_FILE, 'utf8')), dims: 64 })
    expect(JSON.parse(readFileSync(SKETCH_FILE, 'utf8'))).toEqual(DEFAULT_SKETCH)
  })

  it('attributes answers to rows that say the same', () => {
    const sketcher = fitRunSketcher(run.gradients, manifest.sketch)
    const codes = sketchRows(sketcher, run.gradients.u)
    const rows = codes.map((own) => ({ multiplier: capOf(dot(own, own)), codes: own }))
    const queries = readQueries(fixture('queries.safetensors'), run)
    const answers = linesOf(fixture('answers.jsonl'))
    const items = [0, 1, 2].flatMap((i) => linesOf(fixture('items', `${i}.jsonl`)))
    const agreeing = answers.map(({ label }, i) => {
      const gradient = queries.values.subarray(i * queries.width, (i + 1) * queries.width)
      const best = explain(sketchAnswer(sketcher, gradient).codes, [rows], BEST).for
      return best.filter(({ row }) => items[row]?.label === label).length / best.length
    })
    expect(agreeing.reduce((sum, share) => sum + share, 0) / answers.length).toBeGreaterThan(0.8)
  })

  it('is confirmed by gradients that were taken again with other threads and batches', () => {
    const compared = compareSketches(run, readAgain(fixture('again.safetensors'), run))
    expect(compared.codes).toBe(96 * 64)
    expect(compared.withinOne).toBeGreaterThanOrEqual(0.99)
    expect(compared.equal).toBeLessThanOrEqual(compared.withinOne)
  })
})

describe('an emitted run is refused', () => {
  const tensors = parseSafetensors(PROJECTION_FILE, readFileSync(fixture('run', PROJECTION_FILE)))
  const matrices = Object.fromEntries(
    [...tensors].map(([name, { shape, bytes }]): [string, Float32Tensor] => [
      name,
      { shape, values: new Float32Array(Uint8Array.from(bytes).buffer) },
    ]),
  )
  const [first = '', ...others] = Object.keys(matrices)
  const { [first]: matrix = { shape: [], values: new Float32Array() }, ...rest } = matrices
  const withMatrices = (changed: Readonly<Record<string, Float32Tensor>>) =>
    refusalOf(() => readRun(altered({ [PROJECTION_FILE]: formatSafetensors(changed) })))

  it('with a matrix missing, of another shape, of no module, or with a number that is none', () => {
    expect(others.length).toBeGreaterThan(0)
    expect(withMatrices(rest)).toMatchObject({
      message: `projection.safetensors: matrix "${first}" has the wrong shape`,
      facts: { shape: 'none', expected: matrix.shape.join('×') },
    })
    expect(withMatrices({ ...rest, [first]: { ...matrix, shape: matrix.shape.toReversed() } }).facts).toEqual({
      shape: matrix.shape.toReversed().join('×'),
      expected: matrix.shape.join('×'),
    })
    expect(withMatrices({ ...matrices, other: matrix }).message).toContain('matrix "other" is of no module')
    const spoilt = { ...matrix, values: matrix.values.with(3, Number.NaN) }
    expect(withMatrices({ ...rest, [first]: spoilt }).facts).toEqual({ entry: 3, value: 'NaN' })
  })

  it('with modules that do not come to its width, keep more than there is, or are named twice', () => {
    const { modules, ...projection } = emitted(readRun(fixture('run'))).projection
    const [module, ...following] = modules
    if (module === undefined) throw new Error('there are modules')
    const refused = (changed: object) =>
      refusalOf(() => readRun(altered({}, (m) => ({ ...m, projection: { ...projection, modules, ...changed } })))).facts
    expect(refused({ width: 511 })).toMatchObject({ field: 'projection.width' })
    expect(refused({ modules: [...modules, module], width: 512 + 32 })).toMatchObject({ field: 'projection.modules' })
    const wide = { ...module, left: { ...module.left, keep: module.left.size + 1 } }
    expect(refused({ modules: [wide, ...following] })).toMatchObject({ field: 'projection.modules.0.left.keep' })
  })

  it('with gradients of answers or rows that are of another run, of another width, or missing', () => {
    const run = readRun(fixture('run'))
    const path = join(root, 'taken.safetensors')
    const write = (shape: readonly number[], name: string, of: string = run.manifestHash) =>
      writeFileSync(
        path,
        formatSafetensors(
          { [name]: { shape, values: new Float32Array(shape.reduce((a, b) => a * b, 1)) } },
          { run: of },
        ),
      )
    write([2, 512], 'q', 'another')
    expect(refusalOf(() => readQueries(path, run)).message).toContain('it was taken for another run')
    write([2, 511], 'q')
    expect(refusalOf(() => readQueries(path, run)).facts).toEqual({ shape: '2×511', expected: 'rows × 512' })
    write([2, 512], 'u')
    expect(refusalOf(() => readQueries(path, run)).message).toContain('tensor "q" is missing')
    expect(refusalOf(() => readAgain(path, run)).facts).toEqual({ rows: 2, expected: 96 })
    expect(refusalOf(() => readAgain(join(root, 'nowhere'), run)).message).toContain('it cannot be read')
  })
})

/** How many rows an answer is explained by. */
const BEST = 8
const SKETCH_FILE = 'pipeline/gpu/attribution_run/sketch.json'

function linesOf(path: string): { label: string; text: string }[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
}
