import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { ImportOptions } from '../../../pipeline/import/importRun.ts'
import { parseQuantisation } from '../../../pipeline/import/schemes.ts'
import { storedByConfig, storedByName, storedWords } from '../../../pipeline/import/storedQuantisation.ts'
import { importerOf, renameBase, scratch } from './importSetup.ts'

const newFolder = scratch()
const { importOf, refusal, ownBase } = importerOf(newFolder)
const gptq = { scheme: 'gptq', bits: 4, doubleQuant: false, blockSize: null }
const NF4 = { scheme: 'nf4', bits: 4, doubleQuant: true, blockSize: 64 }

describe('silence about quantisation', () => {
  it('is asked about, and what is said is recorded', () => {
    const silent = { quantisation: undefined }
    expect(refusal(['trl'], () => {}, silent)).toMatchObject({
      file: 'adapter_config.json',
      message: expect.stringContaining('no file says whether the base was quantised'),
    })
    expect(importOf(['trl'], { quantisation: null }).manifest).toMatchObject({ method: 'lora', quantisation: null })
    expect(importOf(['trl'], { quantisation: gptq }).manifest).toMatchObject({ method: 'qlora', quantisation: gptq })
  })

  it('is none where a whole model was trained', () => {
    expect(importOf(['tiny-llama'], { quantisation: undefined }).manifest).toMatchObject({ quantisation: null })
  })

  it('is broken by the config.json of the base', () => {
    const say = (folder: string) =>
      writeFileSync(
        join(folder, 'config.json'),
        JSON.stringify({ quantization_config: { quant_method: 'gptq', bits: 4, group_size: 128 } }),
      )
    expect(importOf(['trl'], { quantisation: undefined }, say).manifest.quantisation).toEqual(gptq)
    expect(refusal(['trl'], say, { quantisation: null }).message).toContain('contradict each other')
  })

  it.each([
    ['quantize_config.json', { bits: 4, group_size: 128 }],
    ['quant_config.json', { w_bit: 4, q_group_size: 128 }],
    ['hf_quant_config.json', { producer: { name: 'modelopt' }, quantization: { quant_algo: 'FP8' } }],
  ])('is broken by the %s that a quantiser left', (file, told) => {
    const say = (folder: string) => writeFileSync(join(folder, file), JSON.stringify(told))
    expect(refusal(['trl'], say, { quantisation: null })).toMatchObject({
      message: expect.stringContaining('contradict each other'),
    })
  })
})

describe('a base whose name says that it is quantised', () => {
  const as = (name: string, quantisation: ImportOptions['quantisation']) =>
    [['trl'], { ...ownBase(name), quantisation }, (folder: string) => renameBase(folder, name)] as const

  it.each([
    'org/base-GPTQ',
    'org/base-AWQ',
    'org/base-FP8',
    'org/base-bnb-4bit',
    'mlx-community/base-4bit',
    'org/base.Q4_K_M-GGUF',
  ])('%s does not pass as full precision', (name) => {
    const [folders, options, change] = as(name, null)
    expect(refusal(folders, change, options)).toMatchObject({
      file: 'adapter_config.json',
      message: expect.stringContaining('contradict each other'),
      facts: { said: 'none, by what you say', other: expect.stringContaining(`, by the name of the base, ${name}`) },
    })
  })

  it.each(['org/base-GPTQ', 'org/base-AWQ', 'someone/base-bnb-4bit', 'org/base-8bit', 'org/base-w4a16'])(
    '%s is asked about where the name does not say it all',
    (name) => {
      const [folders, options, change] = as(name, undefined)
      expect(refusal(folders, change, options)).toMatchObject({
        message: expect.stringContaining('its base was quantised, and no file says how'),
        facts: { said: `the name of the base, ${name}` },
      })
    },
  )

  it('is recorded as it is called where that says all, or as the caller says', () => {
    const found = (name: string, quantisation?: ImportOptions['quantisation']) => {
      const [folders, options, change] = as(name, quantisation)
      return importOf(folders, options, change).manifest.quantisation
    }
    expect(found('org/base-GPTQ-Int4')).toEqual(gptq)
    expect(found('org/base-GPTQ', gptq)).toEqual(gptq)
    expect(found('unsloth/base-bnb-4bit')).toEqual(NF4)
    expect(found('org/base-FP8-dynamic')).toMatchObject({ scheme: 'fp8', bits: 8 })
    expect(found('openai/gpt-oss-20b')).toMatchObject({ scheme: 'mxfp4', bits: 4 })
  })

  it('counts whatever the caller calls it', () => {
    const rename = (folder: string) => renameBase(folder, 'org/base-AWQ')
    expect(refusal(['trl'], rename, { ...ownBase('org/base'), quantisation: null }).message).toContain('contradict')
  })
})

it.each([
  ['org/Llama-3-8B', undefined],
  ['org/printed-model-13b', undefined],
  ['google/gemma-3-27b-it-qat-q4_0-unquantized', undefined],
  ['deepseek-ai/DeepSeek-R1-Distill-Qwen-7B', undefined],
  ['deepseek-ai/DeepSeek-R1', 'fp8, 8 bits'],
  ['RedHatAI/Llama-quantized.w8a8', 'quantised, 8 bits'],
  ['org/Model-AWQ-4bit', 'awq, 4 bits'],
  ['org/model-hqq-2bit', 'hqq, 2 bits'],
  ['org/model-exl2', 'exl2'],
  ['org/model-NVFP4', 'nvfp4, 4 bits'],
  ['org/llama-checkpoint2', undefined],
  ['org/arrow7-b', undefined],
  ['org/finance-Q4-2024', undefined],
  ['org/model-1.58bit', 'quantised'],
  ['org/model-4.65bpw-h6', 'quantised'],
  ['org/model-4.0bpw-exl2', 'exl2, 4 bits'],
  ['org/model-w4g128', 'quantised, 4 bits'],
  ['org/model-int4g128', 'quantised, 4 bits'],
  ['pytorch/model-8da4w', 'quantised, 4 bits'],
  ['org/model-q4f16_1-MLC', 'quantised, 4 bits'],
  ['org/model-NVFP4A16', 'nvfp4, 4 bits'],
  ['org/model-float8', 'quantised, 8 bits'],
  ['moonshotai/Kimi-K2-Instruct', 'fp8, 8 bits'],
  ['/data/base-GPTQ/', 'gptq'],
  ['/root/.cache/huggingface/hub/models--org--base-AWQ/snapshots/0123abc', 'awq'],
  ['org/model_AutoRound_int4', 'autoround, 4 bits'],
])('the name %s says %s', (name, said) => {
  const found = storedByName(name)
  expect(found && storedWords(found)).toBe(said)
})

it.each([
  [{ quant_method: 'awq', bits: 4 }, 'awq, 4 bits'],
  [{ quant_method: 'fp8', activation_scheme: 'dynamic' }, 'fp8, 8 bits'],
  [{ quant_method: 'fbgemm_fp8' }, 'fbgemm-fp8, 8 bits'],
  [{ quant_method: 'hqq', nbits: 3 }, 'hqq, 3 bits'],
  [
    { quant_method: 'compressed-tensors', config_groups: { group_0: { weights: { num_bits: 4 } } } },
    'compressed-tensors, 4 bits',
  ],
  [{ quant_method: 'torchao', quant_type: 'int4wo' }, 'torchao'],
  [{ quant_method: 'bitsandbytes', load_in_4bit: true, bnb_4bit_quant_type: 'nf4' }, 'bitsandbytes, 4 bits'],
  [{ quant_method: 'bitsandbytes', load_in_4bit: false }, undefined],
  [{ quant_method: 'bitsandbytes', load_in_4bit: 'True' }, 'bitsandbytes, 4 bits'],
  [{ quant_method: 'gptq', bits: '4' }, 'gptq, 4 bits'],
  [{ quant_method: 'modelopt', quant_algo: 'NVFP4' }, 'modelopt, 4 bits'],
  [{ bits: 4 }, 'unnamed, 4 bits'],
])('the configuration %o says %s', (config, said) => {
  const found = storedByConfig({ quantization_config: config })
  expect(found && storedWords(found)).toBe(said)
})

it.each([
  [{ quantization: { group_size: 64, bits: 4 } }, 'unnamed, 4 bits'],
  [{ compression_config: { quant_method: 'compressed-tensors' } }, 'compressed-tensors'],
  [{ text_config: { quantization_config: { quant_method: 'fp8' } } }, 'fp8, 8 bits'],
  [{ text_config: { rope_scaling: null }, quantization_config: null }, undefined],
])('a config.json that holds %o says %s', (config, said) => {
  const found = storedByConfig(config)
  expect(found && storedWords(found)).toBe(said)
})

it.each([
  ['none', null],
  ['nf4+double', NF4],
  ['gptq-4', gptq],
  ['fp8-8', { ...gptq, scheme: 'fp8', bits: 8 }],
  ['gptq', undefined],
  ['int8+double', undefined],
  ['gptq-99', undefined],
])('what a caller says as %s is read', (text, expected) => {
  expect(parseQuantisation(text)).toEqual(expected)
})

describe('what a tool was told of the load', () => {
  const yaml = (lines: string) => (folder: string) => {
    const card = join(folder, 'README.md')
    const text = readFileSync(card, 'utf8')
    writeFileSync(card, text.replace(/load_in_4bit: true\nload_in_8bit: false/, lines).replace(/adapter: qlora\n/, ''))
  }
  const axolotl = (lines: string) =>
    importOf(['transformers', 'axolotl'], { quantisation: undefined }, yaml(lines)).manifest.quantisation

  it('in YAML 1.1, a key that stands twice by its last value', () => {
    expect(axolotl('adapter: qlora\nload_in_4bit: no\nload_in_4bit: yes')).toEqual(NF4)
    expect(axolotl('adapter: qlora\nload_in_4bit: on\nbnb_config_kwargs:\n  bnb_4bit_use_double_quant: off')).toEqual({
      ...NF4,
      doubleQuant: false,
    })
    expect(axolotl('adapter: lora\nload_in_8bit: yes')).toMatchObject({ scheme: 'int8' })
    expect(axolotl('adapter: lora')).toBe(null)
  })

  it('is asked about where it does not say which', () => {
    const options = { quantisation: undefined }
    expect(refusal(['transformers', 'axolotl'], yaml('adapter: lora\ngptq: true'), options)).toMatchObject({
      facts: { field: 'gptq' },
    })
  })

  it('AutoTrain’s int4 is NF4 whose scales stay as they are', () => {
    const params = {
      trainer: 'sft',
      peft: true,
      quantization: 'int4',
      lr: 0.0002,
      optimizer: 'adamw_torch',
      seed: 42,
      lora_r: 2,
    }
    const told = (folder: string) => writeFileSync(join(folder, 'training_params.json'), JSON.stringify(params))
    const { quantisation, training } = importOf(['trl'], { quantisation: undefined }, told).manifest
    expect([quantisation, training.tool, training.learningRate, training.optimiser]).toEqual([
      { ...NF4, doubleQuant: false },
      'autotrain',
      0.0002,
      'adamw_torch',
    ])
  })

  it('torchtune’s builders with a q are NF4', () => {
    const text =
      'model:\n  _component_: torchtune.models.llama3.qlora_llama3_8b\n  lora_rank: 2\nseed: 7\noptimizer:\n  lr: 3e-4\n'
    const told = (folder: string) => writeFileSync(join(folder, 'torchtune_config.yaml'), text)
    const { quantisation, training } = importOf(['trl'], { quantisation: undefined }, told).manifest
    expect([quantisation, training.tool, training.seed, training.learningRate]).toEqual([NF4, 'torchtune', 7, 0.0003])
  })
})
