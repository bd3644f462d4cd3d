import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { RUN_FILES } from '../../../pipeline/run/manifest.ts'
import { readPeftAdapter } from '../../../pipeline/run/peftAdapter.ts'
import { RunError } from '../../../pipeline/run/runError.ts'
import { formatSafetensors } from '../../../pipeline/run/safetensors.ts'

const ADAPTERS = join(import.meta.dirname, '../import/fixtures/adapters')
const read = (name: string) => {
  const [config, model] = [RUN_FILES.adapterConfig, RUN_FILES.adapterModel].map((file) =>
    readFileSync(join(ADAPTERS, name, file)),
  )
  if (config === undefined || model === undefined) throw new Error('both files were read')
  return readPeftAdapter(config, model)
}

describe('an adapter as PEFT really saves it', () => {
  const q = (layer: number) => `model.layers.${layer}.self_attn.q_proj`
  const v = (layer: number) => `model.layers.${layer}.self_attn.v_proj`
  const both = [q(0), q(1)]
  const experts = ['model.layers.0.mlp.experts', 'model.layers.0.mlp.experts.base_layer', q(0)]

  it.each<[string, readonly string[], readonly string[]]>([
    ['bfloat16', both, []],
    ['bias', both, []],
    ['classifier', both, ['score']],
    ['dora', both, []],
    ['embedding', ['model.embed_tokens', ...both], ['model.embed_tokens.base_layer']],
    ['experts', experts, []],
    ['one-layer', [q(1)], []],
    ['pattern', [q(0), v(0), q(1), v(1)], []],
    ['rank-pattern', [q(0), v(0), q(1), v(1)], []],
    ['saved-head', both, ['lm_head']],
    ['tokens', both, ['model.embed_tokens']],
  ])('%s', (name, targetModules, modulesToSave) => {
    const { base, rank, alpha, ...adapter } = read(name)
    expect([rank, alpha, base.revision]).toEqual([2, 4, null])
    expect([adapter.targetModules, adapter.modulesToSave]).toEqual([targetModules, modulesToSave])
  })

  it('all-linear, every matrix of both layers', () => {
    expect(read('all-linear').targetModules.length).toBe(14)
  })

  it('keeps every field of its configuration', () => {
    for (const name of readdirSync(ADAPTERS)) {
      const written = JSON.parse(readFileSync(join(ADAPTERS, name, RUN_FILES.adapterConfig), 'utf8'))
      expect(read(name).config).toEqual(written)
    }
  })
})

describe('an adapter is refused', () => {
  const CONFIG = { peft_type: 'LORA', r: 2, lora_alpha: 4, target_modules: ['q'], base_model_name_or_path: 'base' }
  const floats = (...shape: number[]) => ({
    shape,
    values: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(0.5),
  })
  const A = 'base_model.model.q.lora_A.weight'
  const B = 'base_model.model.q.lora_B.weight'
  const TENSORS = { [A]: floats(2, 3), [B]: floats(5, 2) }
  const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value))

  const refusal = (config: Uint8Array, tensors: Parameters<typeof formatSafetensors>[0]) => {
    try {
      readPeftAdapter(config, formatSafetensors(tensors))
    } catch (error) {
      if (error instanceof RunError) return { message: error.message, facts: error.facts }
      throw error
    }
    throw new Error('Nothing was refused.')
  }

  it('only where something is wrong with it', () => {
    expect(readPeftAdapter(json(CONFIG), formatSafetensors(TENSORS)).targetModules).toEqual(['q'])
  })

  it.each<[string, object, Parameters<typeof formatSafetensors>[0], object]>([
    ['without a rank', { ...CONFIG, r: undefined }, TENSORS, { facts: { field: 'r' } }],
    [
      'of a method that nobody knows',
      { ...CONFIG, peft_type: 'constructor' },
      TENSORS,
      { message: 'adapter_config.json: it describes an adapter of type constructor' },
    ],
    ['without factors', CONFIG, {}, { message: expect.stringContaining('no LoRA factors') }],
    ['with one factor only', CONFIG, { [A]: floats(2, 3) }, { facts: { missing: 'lora_B' } }],
    [
      'with factors that do not meet',
      CONFIG,
      { [A]: floats(2, 3), [B]: floats(5, 4) },
      { facts: { A: '2×3', B: '5×4' } },
    ],
    ['with factors that are no matrices', CONFIG, { [A]: floats(2), [B]: floats(5) }, { facts: { A: '2', B: '5' } }],
    [
      'with a magnitude and no factors',
      CONFIG,
      { ...TENSORS, 'base_model.model.k.lora_magnitude_vector': floats(5) },
      { message: expect.stringContaining('"k" has a part of an adapter without its factors') },
    ],
    [
      'with a name that is not of PEFT',
      CONFIG,
      { ...TENSORS, 'q.lora_A.weight': floats(2, 3) },
      { message: expect.stringContaining('a name that PEFT does not give') },
    ],
    [
      'without what was to be saved',
      { ...CONFIG, modules_to_save: ['score'] },
      TENSORS,
      { facts: { field: 'modules_to_save', names: 'score' } },
    ],
    [
      'with an infinity in it',
      CONFIG,
      { ...TENSORS, [A]: { shape: [2, 3], values: Float32Array.of(0, 1, 2, Number.POSITIVE_INFINITY, 4, 5) } },
      { facts: { entry: 3, value: 'Infinity' } },
    ],
  ])('%s', (_, config, tensors, expected) => {
    expect(refusal(json(config), tensors)).toMatchObject(expected)
  })
})
