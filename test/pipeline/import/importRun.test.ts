import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { sketchRows } from '../../../attribution/sketcher.ts'
import { importRun } from '../../../pipeline/import/importRun.ts'
import { fitRunSketcher } from '../../../pipeline/publish/sketches.ts'
import { digestFile } from '../../../pipeline/run/digest.ts'
import { readRun } from '../../../pipeline/run/readRun.ts'
import { formatRows } from '../../../pipeline/run/rows.ts'
import { CONTRIBUTIONS, copyOf, expectedRows, fixture, importerOf, optionsFor, ROWS, scratch } from './importSetup.ts'

const newFolder = scratch()
const ADAPTER = ['model.layers.0.self_attn.', 'model.layers.1.self_attn.'].flatMap((layer) =>
  ['q_proj', 'v_proj'].map((name) => `${layer}${name}`),
)
const { importFrom, importOf, refusal } = importerOf(newFolder)

describe('a real training of Transformers and PEFT', () => {
  const { out, manifest, zeroRows, left } = importFrom(fixture('transformers'))

  it('becomes a run folder that can be read, with rows and the adapter as they were', () => {
    const run = readRun(out)
    expect(run.manifest).toEqual(manifest)
    expect([zeroRows, left]).toEqual([0, []])
    expect(readdirSync(out).toSorted()).toEqual(
      [...Object.keys(manifest.files), 'run.json'].toSorted((a, b) => (a < b ? -1 : 1)),
    )
    expect([...run.gradients.u.values].map((value) => value + 0)).toEqual(expectedRows.flat())
    expect(run.gradients.v).toBe(run.gradients.u)
    expect(run.rows.map(({ contribution, item }) => [contribution, item])).toEqual(
      CONTRIBUTIONS.flatMap(({ id, itemHashes }) => itemHashes.map((_, item) => [id, item])),
    )
    for (const file of ['adapter_config.json', 'adapter_model.safetensors', 'trainer_state.json', 'README.md'])
      expect(readFileSync(join(out, file))).toEqual(readFileSync(join(fixture('transformers'), file)))
    expect(run.adapterHash).toBe(manifest.files['adapter_model.safetensors']?.keccak256)
  })

  it('says what its files say, and nothing more', () => {
    const { files: _files, sources, dataset, ...about } = manifest
    const pickle = readFileSync(join(fixture('transformers'), 'training_args.bin'))
    expect(sources).toMatchObject({ 'training/training_args.bin': digestFile(pickle) })
    expect(dataset.rows).toBe(ROWS)
    expect(about).toEqual({
      format: 2,
      base: {
        name: 'tiny-llama',
        source: 'hf://example/tiny-llama',
        revision: '0123abc',
        licence: 'Apache-2.0',
        weightsSha256: 'ab'.repeat(32),
      },
      method: 'lora',
      quantisation: null,
      lora: { rank: 2, alpha: 4, targetModules: ADAPTER, modulesToSave: [] },
      training: {
        tool: 'transformers',
        version: '5.18.0',
        optimiser: 'adamw_torch_fused',
        schedule: 'linear',
        seed: 11,
        learningRate: 0.001,
        epochs: 2,
        steps: 6,
        batchSize: 2,
        weightDecay: null,
        maxTokens: null,
        loss: 3.45041561126709,
      },
      projection: {
        kind: 'imported',
        tool: 'safetensors',
        content: 'loss-gradient',
        width: 64,
        settings: {},
        modules: [],
      },
      sketch: {
        source: 'gradient',
        dims: 64,
        curvature: 'fisher',
        seed: 1,
        method: 'pca',
        damping: [0.001, 0.01],
        iterations: 2,
      },
      evaluation: { benchmarks: [] },
    })
  })

  it('can be sketched', () => {
    const { gradients, manifest } = readRun(out)
    const sketches = sketchRows(fitRunSketcher(gradients, manifest.sketch), gradients.u)
    expect(sketches.map((codes) => codes.length)).toEqual(Array(ROWS).fill(64))
    expect(sketches.every((codes) => codes.some((code) => code !== 0))).toBe(true)
  })

  it('never carries a salt', () => {
    const salts = CONTRIBUTIONS.map((_, i) => JSON.parse(readFileSync(`${out}.commitment-${i}.json`, 'utf8')))
    const [salt] = salts.flatMap(({ items }) => items.map((item: { salt: string }) => item.salt.slice(2)))
    for (const file of readdirSync(out)) expect(readFileSync(join(out, file), 'latin1')).not.toContain(salt)
  })

  it('is not written over', () => {
    expect(() => importRun(optionsFor(fixture('transformers'), out))).toThrow('exists already')
  })
})

describe('a full fine-tune', () => {
  it('is carried with its weights, which name it', () => {
    const { out, manifest } = importOf(['tiny-llama'])
    expect(manifest).toMatchObject({ method: 'full', lora: null, quantisation: null })
    const run = readRun(out)
    expect([run.adapter, run.adapterHash]).toEqual([null, manifest.files['model.safetensors']?.keccak256])
  })

  it('of several files is named by all of them', () => {
    const split = (folder: string) => {
      renameSync(join(folder, 'model.safetensors'), join(folder, 'model-00001-of-00002.safetensors'))
      copyOf(join(folder, 'other'), 'tiny-llama')
      renameSync(join(folder, 'other/model.safetensors'), join(folder, 'model-00002-of-00002.safetensors'))
      rmSync(join(folder, 'other'), { recursive: true })
    }
    const { out, manifest } = importOf(['tiny-llama'], {}, split)
    const hash = readRun(out).adapterHash
    expect(Object.values(manifest.files).map(({ keccak256 }) => keccak256)).not.toContain(hash)
    const lose = (folder: string) => {
      split(folder)
      rmSync(join(folder, 'model-00002-of-00002.safetensors'))
    }
    expect(refusal(['tiny-llama'], lose)).toMatchObject({ facts: { found: 1, expected: 2 } })
  })
})

describe('rows', () => {
  const rows = [
    ...(CONTRIBUTIONS[1]?.itemHashes ?? []).map((itemHash, item) => ({
      contribution: CONTRIBUTIONS[1].id,
      item,
      itemHash,
    })),
    ...(CONTRIBUTIONS[0]?.itemHashes ?? []).map((itemHash, item) => ({
      contribution: CONTRIBUTIONS[0].id,
      item,
      itemHash,
    })),
  ].map((row, i) => ({ row: i, ...row }))

  it('are taken in the order that the caller says', () => {
    const rowsFile = newFolder('rows.jsonl')
    writeFileSync(rowsFile, formatRows(rows))
    const { out } = importFrom(fixture('trl'), { rowsFile })
    expect(readRun(out).rows).toEqual(rows)
  })

  it('are refused where an item is not the one that was committed to', () => {
    const rowsFile = newFolder('rows.jsonl')
    const [first, ...others] = rows
    if (first === undefined) throw new Error('there are rows')
    writeFileSync(rowsFile, formatRows([{ ...first, itemHash: `0x${'0'.repeat(64)}` }, ...others]))
    expect(refusal(['trl'], () => {}, { rowsFile })).toMatchObject({ file: rowsFile, facts: { field: 'itemHash' } })
  })

  it('are refused where there are more items than rows', () => {
    const one = (folder: string) => ({ commitments: optionsFor(folder, newFolder()).commitments.slice(0, 1) })
    expect(refusal(['trl'], () => {}, one(''))).toMatchObject({ facts: { rows: 6, items: 4 } })
  })
})
