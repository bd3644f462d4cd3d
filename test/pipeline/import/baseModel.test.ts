import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { describeBase, hashWeights } from '../../../pipeline/import/baseModel.ts'
import { fixture, refusalOf, scratch } from './importSetup.ts'

const newFolder = scratch()
const weights = { sha256: 'ab'.repeat(32) }
const shell = (command: string, cwd: string) =>
  execFileSync('sh', ['-c', command], { cwd, encoding: 'utf8' }).slice(0, 64)

describe('the weights of a base', () => {
  it('are named by their file, wherever it is', () => {
    const file = join(fixture('tiny-llama'), 'model.safetensors')
    const expected = shell('sha256sum model.safetensors', fixture('tiny-llama'))
    expect([hashWeights(file), hashWeights(fixture('tiny-llama'))]).toEqual([expected, expected])
  })

  it('in several files are named as two commands of the shell would', () => {
    const folder = newFolder()
    mkdirSync(folder)
    for (const part of [1, 2])
      copyFileSync(
        join(fixture('tiny-llama'), 'model.safetensors'),
        join(folder, `model-0000${part}-of-00002.safetensors`),
      )
    writeFileSync(join(folder, 'pytorch_model.bin'), 'never hashed')
    expect(hashWeights(folder)).toBe(shell('LC_ALL=C; export LC_ALL; sha256sum *.safetensors | sha256sum', folder))
  })

  it('are refused where there are none but pickles', () => {
    const folder = newFolder()
    mkdirSync(folder)
    writeFileSync(join(folder, 'pytorch_model.bin'), '')
    expect(refusalOf(() => hashWeights(folder)).message).toContain('it holds no safetensors weights')
  })
})

describe('the name of a base', () => {
  const named = (name: string | null, card: string | null = null, stated = {}) =>
    describeBase({ name, revision: 'main' }, card, { licence: 'MIT', weights, ...stated }, 'adapter_config.json')

  it('is that of the adapter, found on the Hub', () => {
    expect(named('example/base')).toEqual({
      name: 'example/base',
      source: 'hf://example/base',
      revision: 'main',
      licence: 'MIT',
      weightsSha256: weights.sha256,
    })
  })

  it('is that of the card where the adapter has none, and that of the caller above both', () => {
    expect(named(null, 'example/card').name).toBe('example/card')
    expect(named('example/base', 'example/card', { name: 'example/told' }).name).toBe('example/told')
  })

  it('may differ from the card by how it was quantised beforehand', () => {
    expect(named('unsloth/base-unsloth-bnb-4bit', 'unsloth/base').name).toBe('unsloth/base-unsloth-bnb-4bit')
    expect(refusalOf(() => named('example/base', 'example/other')).facts).toMatchObject({ card: 'example/other' })
  })

  it('is refused where it is missing, or a folder of one machine', () => {
    expect(refusalOf(() => named(null)).facts).toEqual({ field: 'base_model_name_or_path' })
    expect(refusalOf(() => named('/home/me/base')).message).toContain('which nobody else can find')
    expect(named('/home/me/base', null, { source: 'hf://example/base' }).source).toBe('hf://example/base')
  })
})
