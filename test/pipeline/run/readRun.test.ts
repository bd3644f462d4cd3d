import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Hex } from 'viem'
import { afterAll, describe, expect, it } from 'vitest'
import { digestFile } from '../../../pipeline/run/digest.ts'
import { type EmbeddedManifest, RUN_FILES } from '../../../pipeline/run/manifest.ts'
import type { RunRow } from '../../../pipeline/run/manifestParts.ts'
import { readRun } from '../../../pipeline/run/readRun.ts'
import { formatRows } from '../../../pipeline/run/rows.ts'
import { RunError } from '../../../pipeline/run/runError.ts'
import { formatSafetensors } from '../../../pipeline/run/safetensors.ts'
import { writeRun } from '../../../pipeline/run/writeRun.ts'

const root = mkdtempSync(join(tmpdir(), 'runs-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
let made = 0

const bytes32 = (digit: string): Hex => `0x${digit.repeat(64)}`
const ROWS: readonly RunRow[] = [
  { row: 0, contribution: bytes32('a'), item: 0, itemHash: bytes32('1') },
  { row: 1, contribution: bytes32('a'), item: 1, itemHash: bytes32('2') },
  { row: 2, contribution: bytes32('b'), item: 0, itemHash: bytes32('3') },
]
const WIDTH = 4
const score = { accuracy: 0.9, loss: 0.2 }

const DESCRIBED: Omit<EmbeddedManifest, 'files'> = {
  format: 1,
  base: { name: 'base', source: 'npm base', revision: '1', licence: 'Apache-2.0', weightsSha256: '0'.repeat(64) },
  method: 'qlora',
  quantisation: { scheme: 'nf4', bits: 4, doubleQuant: true, blockSize: 64 },
  lora: { rank: 2, alpha: 4, targetModules: ['layer'], modulesToSave: ['classifier'] },
  training: {
    optimiser: 'adamw',
    schedule: 'linear',
    seed: 1,
    learningRate: 1e-3,
    epochs: 1,
    batchSize: 2,
    weightDecay: 0,
    adamBeta1: 0.9,
    adamBeta2: 0.999,
    adamEpsilon: 1e-8,
    maxTokens: 8,
  },
  dataset: {
    versions: ['1'],
    rows: 3,
    contributions: [
      { id: bytes32('a'), items: 2 },
      { id: bytes32('b'), items: 1 },
    ],
  },
  projection: { kind: 'two-sided', width: WIDTH, seed: 1, modules: ['layer'] },
  sketch: {
    source: 'gradient',
    dims: 64,
    curvature: 'gauss-newton',
    seed: 1,
    method: 'random',
    damping: 0.01,
  },
  evaluation: {
    heldOut: 10,
    majority: { accuracy: 0.7 },
    fullPrecision: null,
    fullPrecisionFineTuned: null,
    quantised: score,
    fineTuned: score,
  },
}

const floats = (...shape: number[]) => ({ shape, values: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(0.5) })
const ADAPTER = {
  'base_model.model.layer.lora_A.weight': floats(2, 3),
  'base_model.model.layer.lora_B.weight': floats(5, 2),
  'base_model.model.classifier.weight': floats(2, 5),
}
const GRADIENTS = { u: floats(3, WIDTH), v: floats(3, WIDTH) }
const CONFIG = {
  peft_type: 'LORA',
  base_model_name_or_path: 'base',
  r: 2,
  lora_alpha: 4,
  target_modules: ['layer'],
  modules_to_save: ['classifier'],
}

const FILES: Readonly<Record<string, string | Uint8Array>> = {
  [RUN_FILES.adapterConfig]: JSON.stringify(CONFIG),
  [RUN_FILES.adapterModel]: formatSafetensors(ADAPTER),
  [RUN_FILES.trainerState]: '{}',
  [RUN_FILES.modelCard]: '# A model',
  [RUN_FILES.rows]: formatRows(ROWS),
  [RUN_FILES.gradients]: formatSafetensors(GRADIENTS),
}

/** A good run with some files replaced, hashed as if they were meant. */
function makeRun(files: Readonly<Record<string, string | Uint8Array>> = {}, described: object = {}): string {
  const folder = join(root, String(made++))
  writeRun(folder, { ...FILES, ...files }, { ...DESCRIBED, ...described })
  return folder
}

function errorOf(read: () => unknown): RunError {
  try {
    read()
  } catch (error) {
    if (error instanceof RunError) return error
    throw error
  }
  throw new Error('Nothing was refused.')
}

const refusal = (folder: string) => {
  const { file, message, facts, remedy } = errorOf(() => readRun(folder))
  expect(remedy).toMatch(/\.$/)
  return { file, message, facts }
}

describe('a good run', () => {
  it('is read whole', () => {
    const folder = makeRun()
    const { manifest, manifestHash, adapterHash, rows, gradients } = readRun(folder)
    expect(rows).toEqual(ROWS)
    expect(manifestHash).toBe(digestFile(readFileSync(join(folder, 'run.json'))).keccak256)
    expect(adapterHash).toBe(manifest.files[RUN_FILES.adapterModel]?.keccak256)
    expect([gradients.u.n, gradients.u.width, gradients.v.values.length]).toEqual([3, WIDTH, 12])
  })

  it('may bring files of its own, which are checked too', () => {
    const folder = makeRun({ 'results.json': '{}' })
    readRun(folder)
    writeFileSync(join(folder, 'results.json'), '{"better":1}')
    expect(refusal(folder)).toMatchObject({ file: 'results.json', facts: { field: 'files.results.json.bytes' } })
  })

  it('is there whole or not at all', () => {
    const folder = join(root, 'never')
    expect(() => writeRun(folder, FILES, { ...DESCRIBED, format: 2 } as unknown as typeof DESCRIBED)).toThrow()
    expect(existsSync(folder)).toBe(false)
  })
})

describe('a damaged folder is refused', () => {
  it('when it is not there, or a file of it is missing', () => {
    expect(refusal(join(root, 'nowhere')).message).toBe('run.json: it is missing')
    const folder = makeRun()
    rmSync(join(folder, RUN_FILES.gradients))
    expect(refusal(folder).message).toBe('gradients.safetensors: it is missing')
  })

  it.each(Object.values(RUN_FILES))('when %s was changed by one bit', (file) => {
    const folder = makeRun()
    const content = readFileSync(join(folder, file))
    content[content.length - 1] = (content[content.length - 1] as number) ^ 1
    writeFileSync(join(folder, file), content)
    expect(refusal(folder)).toMatchObject({ file, facts: { field: `files.${file}.sha256` } })
  })

  it('when a file was cut short', () => {
    const folder = makeRun()
    const file = join(folder, RUN_FILES.gradients)
    writeFileSync(file, readFileSync(file).subarray(0, 50))
    expect(refusal(folder)).toMatchObject({ facts: { field: 'files.gradients.safetensors.bytes', found: 50 } })
  })
})

describe('a manifest is refused', () => {
  const withManifest = (change: (manifest: EmbeddedManifest) => unknown): string => {
    const folder = makeRun()
    const file = join(folder, 'run.json')
    writeFileSync(file, JSON.stringify(change(JSON.parse(readFileSync(file, 'utf8')))))
    return folder
  }

  it('when it is no JSON', () => {
    const folder = makeRun()
    writeFileSync(join(folder, 'run.json'), '{')
    expect(refusal(folder).message).toBe('run.json: it is no JSON')
  })

  it.each<[string, (manifest: EmbeddedManifest) => unknown, string]>([
    ['of another format', (m) => ({ ...m, format: 4 }), 'format'],
    ['with an unknown field', (m) => ({ ...m, extra: 1 }), '(whole)'],
    [
      'with a version that is no number above zero',
      (m) => ({ ...m, dataset: { ...m.dataset, versions: ['0'] } }),
      'dataset.versions.0',
    ],
    ['with sketches of a wrong size', (m) => ({ ...m, sketch: { ...m.sketch, dims: 100 } }), 'sketch.dims'],
    [
      'with an accuracy above one',
      (m) => ({ ...m, evaluation: { ...m.evaluation, majority: { accuracy: 2 } } }),
      'evaluation.majority.accuracy',
    ],
  ])('%s', (_, change, field) => {
    expect(refusal(withManifest(change))).toMatchObject({ file: 'run.json', facts: { field } })
  })

  it('when it does not list a file that every run has', () => {
    const folder = withManifest((m) => ({ ...m, files: { ...m.files, [RUN_FILES.rows]: undefined } }))
    expect(refusal(folder).message).toBe('run.json: it does not list rows.jsonl')
  })

  it('when it names a file outside the folder', () => {
    const folder = withManifest((m) => ({ ...m, files: { ...m.files, '../secret': m.files[RUN_FILES.rows] } }))
    expect(refusal(folder)).toMatchObject({ file: 'run.json', facts: { field: 'files.../secret' } })
  })
})

describe('gradients are refused', () => {
  const withGradients = (tensors: Parameters<typeof formatSafetensors>[0]) =>
    refusal(makeRun({ [RUN_FILES.gradients]: formatSafetensors(tensors) }))
  const spoilt = (value: number) => {
    const tensor = floats(3, WIDTH)
    tensor.values[9] = value
    return tensor
  }

  it('with a tensor missing, unknown, or of a wrong shape', () => {
    expect(withGradients({ u: GRADIENTS.u }).message).toContain('tensor "v" is missing')
    expect(withGradients({ ...GRADIENTS, w: floats(1) }).message).toContain('unknown tensor "w"')
    expect(withGradients({ ...GRADIENTS, u: floats(4, 3) })).toMatchObject({
      message: 'gradients.safetensors: tensor "u" has the wrong shape',
      facts: { shape: '4×3', expected: '3×4' },
    })
  })

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('with %f among them', (value) => {
    expect(withGradients({ ...GRADIENTS, v: spoilt(value) })).toMatchObject({
      message: 'gradients.safetensors: tensor "v" holds a number that is none',
      facts: { row: 2, entry: 1, value: String(value) },
    })
  })
})

describe('rows are refused', () => {
  const withRows = (...rows: readonly object[]) =>
    refusal(makeRun({ [RUN_FILES.rows]: rows.map((row) => `${JSON.stringify(row)}\n`).join('') }))
  const [first, second, third] = ROWS as [RunRow, RunRow, RunRow]

  it.each<[string, readonly object[], string]>([
    ['too few', [first, second], 'it does not have as many rows as the manifest says'],
    ['out of order', [first, third, second], 'line 2 is out of order'],
    [
      'of an unknown contribution',
      [first, second, { ...third, contribution: bytes32('c') }],
      'line 3 belongs to a contribution that the manifest does not name',
    ],
    [
      'of an item that is not there',
      [first, second, { ...third, item: 1 }],
      'line 3 names an item that its contribution does not have',
    ],
    ['given twice', [first, second, { ...first, row: 2 }], 'line 3 repeats an earlier row'],
    ['with a text in them', [first, second, { ...third, text: 'hello' }], 'line 3 is not a row'],
    ['with a hash that is none', [first, second, { ...third, itemHash: '0x12' }], 'line 3 is not a row'],
    [
      'dropped where none was',
      [first, second, { ...third, copies: 0 }],
      'it does not keep as many rows as the manifest says',
    ],
  ])('%s', (_, rows, message) => {
    expect(withRows(...rows).message).toBe(`rows.jsonl: ${message}`)
  })

  it('that are no JSON, or whose last line is cut short', () => {
    const text = formatRows(ROWS)
    expect(refusal(makeRun({ [RUN_FILES.rows]: text.slice(0, -1) })).message).toContain('last line is cut short')
    expect(refusal(makeRun({ [RUN_FILES.rows]: text.replace('{', '(') })).message).toContain('line 1 is no JSON')
  })
})

describe('an adapter is refused', () => {
  const withAdapter = (tensors: Parameters<typeof formatSafetensors>[0]) =>
    refusal(makeRun({ [RUN_FILES.adapterModel]: formatSafetensors(tensors) })).message
  const { 'base_model.model.layer.lora_B.weight': loraB, ...withoutB } = ADAPTER

  it('with a factor missing or of another rank', () => {
    expect(withAdapter(withoutB)).toContain('layer.lora_B.weight" is missing')
    const turned = { ...withoutB, 'base_model.model.layer.lora_B.weight': { ...loraB, shape: [2, 5] } }
    expect(withAdapter(turned)).toContain('layer.lora_B.weight" has the wrong shape')
  })

  it('with a tensor of no module', () => {
    expect(withAdapter({ ...ADAPTER, 'base_model.model.other.weight': floats(1) })).toContain('belongs to no module')
  })

  it('with a weight that is no number', () => {
    const head = floats(2, 5)
    head.values[3] = Number.NaN
    expect(withAdapter({ ...ADAPTER, 'base_model.model.classifier.weight': head })).toContain(
      'holds a number that is none',
    )
  })

  it('with a configuration that contradicts the manifest or is none of PEFT', () => {
    const withConfig = (config: object) => refusal(makeRun({ [RUN_FILES.adapterConfig]: JSON.stringify(config) }))
    expect(withConfig({ ...CONFIG, r: 4 })).toMatchObject({ facts: { field: 'lora.rank', found: 4, expected: 2 } })
    expect(withConfig({ ...CONFIG, peft_type: 'IA3' })).toMatchObject({ facts: { field: 'peft_type' } })
  })
})
