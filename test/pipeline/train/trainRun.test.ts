import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rootOf } from '../../../attribution/merkle.ts'
import { findNearCopyFaults } from '../../../attribution/nearCopies.ts'
import { sketchGradients } from '../../../pipeline/publish/sketches.ts'
import type { EmbeddedManifest } from '../../../pipeline/run/manifest.ts'
import { type Run, readRun } from '../../../pipeline/run/readRun.ts'
import { droppedCopies } from '../../../pipeline/run/rows.ts'
import { DEFAULT_SKETCH } from '../../../pipeline/train/emit/describeRun.ts'
import { extractFeatures } from '../../../pipeline/train/features/extractFeatures.ts'
import { loadServedModel, type ServedModel } from '../../../pipeline/train/servedModel.ts'
import { hashItems } from '../../../pipeline/train/tasks/item.ts'
import { MAIL } from '../../../pipeline/train/tasks/mail/mail.ts'
import { SPEECHES } from '../../../pipeline/train/tasks/speeches/speeches.ts'
import { type Split, splitTask } from '../../../pipeline/train/tasks/split.ts'
import { type TrainRunOptions, trainRun } from '../../../pipeline/train/trainRun.ts'
import { contributionId, itemsTree } from '../../../sdk/contribution.ts'

const folder = mkdtempSync(join(tmpdir(), 'train-run-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const cacheFolder = join(folder, 'cache')
const MAX_TOKENS = 32

/** 300 real mails: 200 of 20 contributors, 100 held out. */
const split = splitTask(MAIL, { seed: 7, rows: 200, heldOut: 100, contributors: 20 })
const committed = ({ contributors }: Split) =>
  contributors.map(({ name, items }, i) => {
    const itemHashes = hashItems(name, items)
    return { id: contributionId(1, i + 1, rootOf(itemsTree(itemHashes)), items.length), items, itemHashes }
  })
const contributions = committed(split)
const outFolder = join(folder, 'run')
const options: TrainRunOptions = {
  contributions,
  versions: ['4294967297'],
  heldOut: split.heldOut,
  outFolder,
  seed: 7,
  cacheFolder,
  maxTokens: MAX_TOKENS,
}

const sha256 = (...parts: readonly (Uint8Array | Float32Array)[]): string => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(new Uint8Array(part.buffer, part.byteOffset, part.byteLength))
  return hash.digest('hex')
}

describe('a training run', () => {
  let manifest: EmbeddedManifest
  let run: Run
  let served: ServedModel
  beforeAll(async () => {
    manifest = await trainRun(options)
    run = readRun(outFolder)
    served = loadServedModel(outFolder, { cacheFolder })
  })
  afterAll(() => served.close())

  it('computes the same bits on every machine', async () => {
    const texts = [...split.contributors.flatMap(({ items }) => items), ...split.heldOut].map(({ text }) => text)
    const features = await extractFeatures(texts, { precision: 'nf4', maxTokens: MAX_TOKENS, cacheFolder })
    expect({
      features: sha256(...features.flatMap(({ residual, hidden }) => [residual, hidden])),
      adapter: manifest.files['adapter_model.safetensors']?.sha256,
      gradients: manifest.files['gradients.safetensors']?.sha256,
    }).toEqual({
      features: '8eb441340e5553a064e14b1cac78afee674029cc9e1a5ec67087c6ffee1804ef',
      adapter: 'f161be2cdd4b6b9cb82b39cd407f32724e2f083f96c4a6852d35651b0d7b5410',
      gradients: 'c667a14bef2cad6f8e201648c43095218a7292a885bf643e7e7d799ca51cf20f',
    })
  })

  it('leaves a folder that passes every check, and nothing else', () => {
    expect(readdirSync(folder).sort()).toEqual(['cache', 'run'])
    expect(readdirSync(outFolder).sort()).toEqual([
      'README.md',
      'adapter_config.json',
      'adapter_model.safetensors',
      'evaluation.jsonl',
      'gradients.safetensors',
      'rows.jsonl',
      'run.json',
      'trainer_state.json',
    ])
    expect(run.manifest).toEqual(manifest)
  })

  it('numbers the rows through the contributions in order, and never writes a text', () => {
    expect(run.rows).toHaveLength(200)
    expect(run.rows.map(({ contribution, itemHash }) => [contribution, itemHash])).toEqual(
      contributions.flatMap(({ id, itemHashes }) => itemHashes.map((itemHash) => [id, itemHash])),
    )
    const words = split.contributors[0]?.items[0]?.text.slice(0, 40) ?? ''
    for (const file of readdirSync(outFolder)) expect(readFileSync(join(outFolder, file)).includes(words)).toBe(false)
  })

  it('says which rows were dropped before the last training, and what they copy', () => {
    const copies = droppedCopies(run)
    const kindOf = split.contributors.flatMap(({ items }) => items.map(({ kind }) => kind))
    expect(run.manifest.dataset.kept).toBe(200 - (copies?.size ?? 0))
    expect([...(copies?.keys() ?? [])].filter((row) => kindOf[row] === 'copied').length).toBeGreaterThan(5)
    // The curvature is that of what was trained on.
    const { v } = run.gradients
    const isEmpty = (row: number) => v.values.subarray(row * v.width, (row + 1) * v.width).every((x) => x === 0)
    expect(run.rows.filter(({ row }) => isEmpty(row)).map(({ row }) => row)).toEqual([...(copies?.keys() ?? [])])
  })

  it('leaves nothing that a challenge of near-copies would find', async () => {
    const { codes } = await sketchGradients(run.gradientBlocks, run.manifest.sketch)
    const faults = findNearCopyFaults(codes, droppedCopies(run) ?? new Map())
    expect([...faults.kept, ...faults.dropped]).toEqual([])
  })

  it('learns: better than the more frequent label, in both precisions', () => {
    const { majority, fullPrecision, fullPrecisionFineTuned, quantised, fineTuned } = manifest.evaluation
    expect(fineTuned.accuracy).toBeGreaterThan(majority.accuracy + 0.1)
    expect(fullPrecisionFineTuned?.accuracy).toBeGreaterThan(majority.accuracy + 0.1)
    expect(fineTuned.loss).toBeLessThan(quantised.loss)
    expect(fullPrecisionFineTuned?.loss).toBeLessThan(fullPrecision?.loss ?? 0)
  })

  it('writes what users of Transformers and PEFT expect', () => {
    const state = JSON.parse(readFileSync(join(outFolder, 'trainer_state.json'), 'utf8'))
    expect(state).toMatchObject({ global_step: 20, max_steps: 20, num_train_epochs: 5, train_batch_size: 64 })
    expect(state.log_history.map(({ epoch, step }: { epoch: number; step: number }) => [epoch, step])).toEqual([
      [1, 4],
      [2, 8],
      [3, 12],
      [4, 16],
      [5, 20],
      [5, 20],
    ])
    expect(Object.fromEntries([...(run.adapter?.tensors ?? [])].map(([name, { shape }]) => [name, shape]))).toEqual({
      'base_model.model.layers.1.feed_forward.output.lora_A.weight': [8, 1536],
      'base_model.model.layers.1.feed_forward.output.lora_B.weight': [512, 8],
      'base_model.model.sentence_projection.lora_A.weight': [8, 512],
      'base_model.model.sentence_projection.lora_B.weight': [512, 8],
      'base_model.model.classifier.weight': [2, 512],
      'base_model.model.classifier.bias': [2],
    })
    expect(readFileSync(join(outFolder, 'README.md'), 'utf8')).toContain('- bnb_4bit_quant_type: nf4')
  })

  it('can be served: answers as well as it was evaluated, each with the gradient of what it said', async () => {
    const answers = await served.answer(split.heldOut.map(({ text }) => text))
    const correct = answers.filter(({ label }, i) => label === split.heldOut[i]?.label).length
    expect(correct / answers.length).toBe(manifest.evaluation.fineTuned.accuracy)
    for (const { probability, logOdds, gradient } of answers) {
      expect(probability).toBeGreaterThanOrEqual(0.5)
      expect(Math.log(probability / (1 - probability))).toBeCloseTo(logOdds, 6)
      expect(gradient).toHaveLength(2048)
    }
  })

  it('gives a served training text the gradient that its row has, up to the loss', async () => {
    const [item] = contributions[0]?.items ?? []
    const [answer] = await served.answer([item?.text ?? ''])
    const row = run.gradients.u.values.subarray(0, 2048)
    const agrees = answer?.label === item?.label
    const wrong = agrees ? 1 - (answer?.probability ?? 0) : (answer?.probability ?? 0)
    const entry = row.findIndex((value) => value !== 0)
    expect((row[entry] as number) / (answer?.gradient[entry] as number)).toBeCloseTo(agrees ? -wrong : wrong, 5)
  })

  it('refuses to write over a run, before any work is done', async () => {
    const steps: string[] = []
    const again = trainRun({ ...options, onProgress: ({ step }) => steps.push(step) })
    await expect(again).rejects.toThrow(/^The run folder .* exists already$/)
    expect(steps).toEqual([])
  })
})

describe('a training run of another task', () => {
  it('says its classes in the manifest and on the card, and is served with them', async () => {
    const speeches = splitTask(SPEECHES, { seed: 7, rows: 40, heldOut: 8, contributors: 8 })
    const spoken = join(folder, 'speeches')
    const { task } = await trainRun({
      ...options,
      task: SPEECHES,
      contributions: committed(speeches),
      heldOut: speeches.heldOut,
      outFolder: spoken,
      maxTokens: 16,
      projectionWidth: 64,
      sketch: { ...DEFAULT_SKETCH, dims: 64 },
      compareFullPrecision: false,
    })
    expect(task).toEqual({ name: 'speeches', classes: ['before 1945', 'since 1945'] })
    expect(readFileSync(join(spoken, 'README.md'), 'utf8')).toContain('40 passages in 8 contributions')
    const answers = await loadServedModel(spoken, { cacheFolder }).answer(speeches.heldOut.map(({ text }) => text))
    for (const { label } of answers) expect(SPEECHES.classes).toContain(label)
  })

  it('refuses items that are labelled for mail', async () => {
    const refused = trainRun({ ...options, task: SPEECHES, outFolder: join(folder, 'mislabelled') })
    await expect(refused).rejects.toThrow('is of no class of the task "speeches"')
  })
})

describe('a training run that cannot be', () => {
  const elsewhere = join(folder, 'refused')
  const refused = (change: Partial<TrainRunOptions>) => trainRun({ ...options, outFolder: elsewhere, ...change })

  it('is refused before any work is done', async () => {
    const [first] = contributions
    if (first === undefined) throw new Error('The split has no contributions.')
    await expect(refused({ contributions: [first, first] })).rejects.toThrow('given twice')
    await expect(refused({ contributions: [{ ...first, itemHashes: [] }] })).rejects.toThrow('one hash for each')
    await expect(refused({ heldOut: [] })).rejects.toThrow('nothing to evaluate with')
    await expect(refused({ projectionWidth: 100 })).rejects.toThrow('cannot have this width')
    expect(existsSync(elsewhere)).toBe(false)
  })
})
