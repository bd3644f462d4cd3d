import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { ImportOptions } from '../../../pipeline/import/importRun.ts'
import { readRun } from '../../../pipeline/run/readRun.ts'
import { importerOf, renameBase, scratch } from './importSetup.ts'

const NF4 = { scheme: 'nf4', bits: 4, doubleQuant: true, blockSize: 64 }
const { importOf, ownBase } = importerOf(scratch())

describe('which tool trained is recognised, and what it says is carried', () => {
  const training = (
    names: readonly string[],
    others: Partial<ImportOptions> = {},
    change?: (folder: string) => void,
  ) => {
    const { manifest, out } = importOf(names, others, change)
    readRun(out)
    const { method, quantisation, training } = manifest
    return { method, quantisation, training }
  }
  const unknown = { version: null, optimiser: null, schedule: null, seed: null, learningRate: null, weightDecay: null }

  it('TRL, as it really writes', () => {
    expect(training(['trl'])).toEqual({
      method: 'lora',
      quantisation: null,
      training: {
        ...unknown,
        tool: 'trl',
        version: '1.13.0',
        epochs: 2,
        steps: 6,
        batchSize: null,
        maxTokens: null,
        loss: 3.4475056727727256,
      },
    })
  })

  it('Axolotl, by the configuration in its card', () => {
    expect(training(['transformers', 'axolotl'])).toEqual({
      method: 'qlora',
      quantisation: NF4,
      training: {
        tool: 'axolotl',
        version: '0.11.0',
        optimiser: 'adamw_bnb_8bit',
        schedule: 'cosine',
        seed: 42,
        learningRate: 0.0002,
        epochs: 2,
        steps: 6,
        batchSize: 4,
        weightDecay: 0.01,
        maxTokens: 2048,
        loss: 3.45041561126709,
      },
    })
  })

  it('LLaMA-Factory, by its tag and arguments', () => {
    expect(training(['transformers', 'llama-factory'])).toEqual({
      method: 'qlora',
      quantisation: NF4,
      training: {
        tool: 'llama-factory',
        version: null,
        optimiser: 'adamw_torch',
        schedule: 'cosine',
        seed: 42,
        learningRate: 0.00005,
        epochs: 2,
        steps: 6,
        batchSize: 16,
        weightDecay: null,
        maxTokens: 2048,
        loss: 3.45041561126709,
      },
    })
  })

  it('Unsloth, by its tag, on a base that was quantised beforehand', () => {
    const rename = (folder: string) => renameBase(folder, 'unsloth/tiny-llama-bnb-4bit')
    const said = training(['transformers', 'unsloth'], ownBase('unsloth/tiny-llama-bnb-4bit'), rename)
    expect(said).toMatchObject({ method: 'qlora', quantisation: NF4, training: { tool: 'unsloth', steps: 6 } })
  })

  it('PEFT alone, with how bitsandbytes quantised the base', () => {
    const dropState = (folder: string) => rmSync(join(folder, 'trainer_state.json'))
    expect(training(['transformers', 'quantised-card'], {}, dropState)).toMatchObject({
      method: 'qlora',
      quantisation: NF4,
      training: { tool: 'peft', steps: null, loss: null },
    })
  })

  it('none, where a folder has no card', () => {
    const bare = (folder: string) => {
      for (const file of ['README.md', 'trainer_state.json', 'all_results.json']) rmSync(join(folder, file))
    }
    expect(training(['transformers'], { quantisation: null }, bare)).toMatchObject({ training: { tool: 'peft' } })
    const int8 = { scheme: 'int8', bits: 8, doubleQuant: false, blockSize: null }
    expect(training(['transformers'], { quantisation: int8 }, bare)).toMatchObject({
      method: 'qlora',
      quantisation: int8,
    })
  })
})
