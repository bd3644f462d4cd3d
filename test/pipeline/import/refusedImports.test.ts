import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { ImportOptions } from '../../../pipeline/import/importRun.ts'
import { copyOf, importerOf, renameBase, rewrite, scratch } from './importSetup.ts'

const newFolder = scratch()
const { refusal } = importerOf(newFolder)
const hubBase = { source: undefined, name: undefined }

describe('a training output is refused, and nothing is written', () => {
  const state = 'trainer_state.json'
  const config = 'adapter_config.json'
  it.each<[string, readonly string[], (folder: string) => void, object, Partial<ImportOptions>?]>([
    [
      'whose adapter is a pickle',
      ['transformers'],
      (folder) => renameSync(join(folder, 'adapter_model.safetensors'), join(folder, 'adapter_model.bin')),
      { file: 'adapter_model.bin', message: expect.stringContaining('it is a pickle') },
    ],
    ['without weights', ['axolotl'], () => {}, { message: expect.stringContaining('it holds no weights') }],
    [
      'with an adapter and the merged model',
      ['transformers', 'tiny-llama'],
      () => {},
      { file: 'model.safetensors', message: expect.stringContaining('beside an adapter') },
    ],
    [
      'of another rank than its configuration',
      ['transformers'],
      (folder) => rewrite(join(folder, config), (content) => ({ ...content, r: 4 })),
      { file: 'adapter_model.safetensors', facts: { field: 'r', expected: '4' } },
    ],
    [
      'of other modules than its configuration',
      ['transformers'],
      (folder) => rewrite(join(folder, config), (content) => ({ ...content, target_modules: ['q_proj'] })),
      { file: 'adapter_model.safetensors', facts: { field: 'target_modules' } },
    ],
    [
      'whose adapter is no LoRA',
      ['transformers'],
      (folder) => rewrite(join(folder, config), (content) => ({ ...content, peft_type: 'IA3' })),
      { file: config, facts: { field: 'peft_type' } },
    ],
    [
      'with the configuration of another Axolotl run',
      ['transformers', 'axolotl'],
      (folder) => replace(join(folder, 'README.md'), 'lora_r: 2', 'lora_r: 32'),
      { file: 'README.md', facts: { found: 32, expected: 2 } },
    ],
    [
      'of Axolotl and LLaMA-Factory at once',
      ['transformers', 'llama-factory', 'axolotl'],
      () => {},
      { message: expect.stringContaining('Axolotl and of LLaMA-Factory') },
    ],
    [
      'whose card and configuration contradict each other about the base',
      ['transformers', 'axolotl'],
      (folder) =>
        writeFileSync(
          join(folder, 'README.md'),
          `${readFileSync(join(folder, 'README.md'))}
The following \`bitsandbytes\` quantization config was used during training:
- load_in_8bit: True
`,
        ),
      { file: 'README.md', message: expect.stringContaining('contradict each other') },
    ],
    [
      'of a quantisation that is none',
      ['transformers', 'quantised-card'],
      (folder) => replace(join(folder, 'README.md'), 'quant_type: nf4', 'quant_type: NF?'),
      { file: 'README.md', message: expect.stringContaining('"NF?"') },
    ],
    [
      'with a setting that is impossible',
      ['transformers', 'axolotl'],
      (folder) => replace(join(folder, 'README.md'), 'weight_decay: 0.01', 'weight_decay: -1'),
      { file: 'run.json', facts: { field: 'training.weightDecay' } },
    ],
    [
      'that does not say which four bits',
      ['transformers', 'axolotl'],
      (folder) => replace(join(folder, 'README.md'), 'adapter: qlora', 'adapter: lora'),
      { file: 'README.md', facts: { field: 'load_in_4bit' } },
    ],
    [
      'whose card is of another base',
      ['transformers', 'axolotl'],
      (folder) => renameBase(folder, 'example/other'),
      { file: config, facts: { field: 'base_model_name_or_path', found: 'example/other' } },
      { base: { ...hubBase, licence: 'MIT', revision: '1', weights: { sha256: '0'.repeat(64) } } },
    ],
    [
      'whose base is a folder of the trainer',
      ['trl'],
      () => {},
      { file: config, facts: { field: 'base_model_name_or_path' } },
      { base: { ...hubBase, licence: 'MIT', revision: '1', weights: { sha256: '0'.repeat(64) } } },
    ],
    [
      'without the revision of its base',
      ['trl'],
      () => {},
      { file: config, facts: { field: 'revision' } },
      { base: { name: 'example/tiny-llama', licence: 'MIT', weights: { sha256: '0'.repeat(64) } } },
    ],
    [
      'whose state is that of a longer training',
      ['trl'],
      (folder) => rewrite(join(folder, state), (content) => ({ ...content, global_step: 3 })),
      { file: state, facts: { field: 'log_history', global_step: 3 } },
    ],
    [
      'whose loss was no number',
      ['trl'],
      (folder) => replace(join(folder, state), '3.4475056727727256', 'NaN'),
      { file: state, message: expect.stringContaining('NaN or Infinity') },
    ],
    [
      'whose card is no YAML',
      ['trl'],
      (folder) => replace(join(folder, 'README.md'), 'library_name: transformers', 'library_name: [transformers'),
      { file: 'README.md', message: expect.stringContaining('YAML cannot be read') },
    ],
    ['with rows narrower than a sketch', ['trl'], () => {}, { facts: { width: 64, dims: 128 } }, { dims: 128 }],
  ])('%s', (_, names, change, expected, others = {}) => {
    expect(refusal(names, change, others)).toMatchObject(expected)
  })

  it('with rows that were never written', () => {
    const gradients = copyOf(newFolder(), 'bergson')
    writeFileSync(join(gradients, 'gradients.bin'), Buffer.alloc(768))
    expect(refusal(['trl'], () => {}, { gradients })).toMatchObject({
      message: expect.stringContaining('all of its rows are zero'),
    })
  })
})

function replace(path: string, from: string, to: string): void {
  const content = readFileSync(path, 'utf8')
  if (!content.includes(from)) throw new Error(`${path} does not hold ${from}`)
  writeFileSync(path, content.replace(from, to))
}
