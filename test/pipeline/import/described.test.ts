import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { isHubName } from '../../../pipeline/import/hubName.ts'
import { optimiserOf, optimiserOfCard, scheduleOf } from '../../../pipeline/import/optimisers.ts'
import { importerOf, rewrite, scratch } from './importSetup.ts'

const newFolder = scratch()
const { importOf, refusal } = importerOf(newFolder)

const listing = (lines: string) => (folder: string) =>
  writeFileSync(
    join(folder, 'README.md'),
    `---\ntags: [no, 2001-01-01]\nlanguage: no\nlicense: yes\n---\n\nThe following hyperparameters were used during training:\n${lines}\n\n### Framework versions\n`,
  )
const trainingOf = (change: (folder: string) => void) => importOf(['trl'], {}, change).manifest.training

describe('the batch of one step', () => {
  it('is unknown where a file says only what one device takes', () => {
    expect(trainingOf((folder) => rmSync(join(folder, 'README.md'))).batchSize).toBe(null)
    expect(trainingOf(listing('- train_batch_size: 4\n- gradient_accumulation_steps: 8')).batchSize).toBe(null)
    expect(
      trainingOf(listing('- train_batch_size: 4\n- distributed_type: multi-GPU\n- num_devices: 2')).batchSize,
    ).toBe(null)
    const axolotl = (folder: string) => {
      const card = join(folder, 'README.md')
      writeFileSync(card, readFileSync(card, 'utf8').replace(/- (total_)?train_batch_size.*\n/g, ''))
    }
    expect(importOf(['transformers', 'axolotl'], {}, axolotl).manifest.training.batchSize).toBe(null)
  })

  it.each(['total_train_batch_size: many', 'num_devices: two', 'total_eval_batch_size: 8'])(
    'is unknown where a card says "%s" beside what one device takes',
    (line) => {
      expect(trainingOf(listing(`- train_batch_size: 4\n- ${line}`)).batchSize).toBe(null)
    },
  )

  it('is the total of a card, which is listed where it is more than one process takes', () => {
    expect(trainingOf(listing('- train_batch_size: 4\n- total_train_batch_size: 64')).batchSize).toBe(64)
    expect(trainingOf(listing('- train_batch_size: 4')).batchSize).toBe(4)
  })
})

describe('an optimiser', () => {
  it.each([
    ['Use OptimizerNames.ADAMW_BNB with betas=(0.9,0.999) and epsilon=1e-08', 'adamw_bnb_8bit'],
    ['Use OptimizerNames.PAGED_ADAMW with betas=(0.9,0.95)', 'paged_adamw_32bit'],
    ['Use ADAMW_BNB with betas=(0.9,0.999)', 'adamw_bnb_8bit'],
    ['Use paged_adamw_8bit with betas=(0.9,0.999)', 'paged_adamw_8bit'],
    ['Use OptimizerNames.NEW_ONE with betas=(0.9,0.999)', null],
    ['Adam with betas=(0.9,0.999) and epsilon=1e-08', null],
    ['Adafactor', 'adafactor'],
    ['"paged_adamw_8bit"', 'paged_adamw_8bit'],
    ['None', null],
    ["{'name': 'AdamWeightDecay'}", null],
    [undefined, null],
  ])('told as %s is %s', (told, expected) => {
    expect(optimiserOfCard(told)).toBe(expected)
  })

  it('of a configuration may be a member’s name too, and so may a schedule', () => {
    expect([optimiserOf('OptimizerNames.LION'), scheduleOf('SchedulerType.REDUCE_ON_PLATEAU')]).toEqual([
      'lion_32bit',
      'reduce_lr_on_plateau',
    ])
  })

  it('whose arguments take a line of their own hides nothing that follows', () => {
    const lines =
      '- optimizer: Use lion_8bit and the args are:\nNo additional optimizer arguments\n- lr_scheduler_type: cosine'
    expect(trainingOf(listing(lines))).toMatchObject({ optimiser: 'lion_8bit', schedule: 'cosine' })
  })
})

describe('NaN and Infinity', () => {
  const state = (folder: string, from: string, to: string) => {
    const path = join(folder, 'trainer_state.json')
    const text = readFileSync(path, 'utf8')
    if (!text.includes(from)) throw new Error(`no ${from}`)
    writeFileSync(path, text.replace(from, to))
  }

  it('hurt nobody in a field that is not read', () => {
    const { training } = importOf(['trl'], {}, (folder) => {
      state(
        folder,
        '"log_history": [',
        '"best_metric_of_all": -Infinity, "log_history": [{"step": 0, "loss": NaN, "say": "NaN, \\"NaN\\""},',
      )
    }).manifest
    expect(training.steps).toBe(6)
    const planned = importOf(['trl'], {}, (folder) => state(folder, '"max_steps": 6', '"max_steps": NaN'))
    expect(planned.manifest.training.steps).toBe(6)
    const config = importOf(['trl'], {}, (folder) => {
      const path = join(folder, 'adapter_config.json')
      writeFileSync(path, readFileSync(path, 'utf8').replace('{', '{"corda_threshold": NaN, "arrow": [-Infinity],'))
    })
    expect(config.manifest.lora).toMatchObject({ rank: 2 })
  })

  it('are refused where they are read', () => {
    const change = (folder: string) => {
      rewrite(join(folder, 'trainer_state.json'), (content) => ({ ...content, epoch: 'none' }))
      state(folder, '"none"', 'NaN')
    }
    expect(refusal(['trl'], change)).toMatchObject({
      message: expect.stringContaining('NaN or Infinity'),
      facts: { field: 'epoch', value: 'NaN' },
    })
  })
})

it.each([
  ['gpt2', true],
  ['bert-base-uncased', true],
  ['distilbert-base-uncased-finetuned-sst-2-english', true],
  ['t5-small', true],
  ['meta-llama/Llama-3.1-8B', true],
  ['models/llama', false],
  ['my_models/llama', false],
  ['user/checkpoint-500', false],
  ['org/..', false],
  ['checkpoints/last', false],
  ['./llama', false],
  ['/data/llama', false],
  ['C:\\models\\llama', false],
  ['llama-7b-hf', false],
  ['org/team/llama', false],
])('%s is found on the Hub: %s', (name, expected) => {
  expect(isHubName(name)).toBe(expected)
})

it('a folder that is there is no name on the Hub', () => {
  const folder = newFolder('gpt2')
  mkdirSync(folder)
  expect(isHubName(folder)).toBe(false)
})

describe('a training by preferences', () => {
  const tagged = (tags: string) => (folder: string) => {
    const card = join(folder, 'README.md')
    writeFileSync(card, readFileSync(card, 'utf8').replace('- sft', tags).replace('trained with SFT', 'tuned'))
  }

  it.each([
    ['- dpo', { objective: 'dpo', row: 'pair' }],
    ['- orpo', { objective: 'orpo', row: 'pair' }],
    ['- kto', { objective: 'kto', row: 'example' }],
    ['- grpo', { objective: 'grpo', row: 'group' }],
    ['- sft', undefined],
  ])('with the tag "%s" is recorded with what a row is', (tags, preference) => {
    expect(trainingOf(tagged(tags)).preference).toEqual(preference)
  })

  it('is told by what was logged where nothing else tells', () => {
    const logged = (folder: string) => {
      tagged('- other')(folder)
      rewrite(join(folder, 'trainer_state.json'), (state) => ({
        ...state,
        log_history: [{ step: 1, 'rewards/chosen': 0.1, 'rewards/margins': 0.2 }],
      }))
    }
    expect(trainingOf(logged).preference).toEqual({ objective: 'preferences', row: 'pair' })
    const kto = (folder: string) => {
      tagged('- other')(folder)
      rewrite(join(folder, 'trainer_state.json'), (state) => ({
        ...state,
        log_history: [{ step: 1, 'rewards/chosen': 0.1, 'rewards/rejected': -0.1, kl: 0.02 }],
      }))
    }
    expect(trainingOf(kto).preference).toEqual({ objective: 'preferences', row: 'example' })
  })

  it('is told by the configuration of its tool', () => {
    const dpo = (folder: string) =>
      appendFileSync(join(folder, 'training_args.yaml'), '\nstage: dpo\npref_loss: simpo\n')
    expect(importOf(['transformers', 'llama-factory'], {}, dpo).manifest.training.preference).toEqual({
      objective: 'simpo',
      row: 'pair',
    })
  })

  it('is refused by name where the model wrote its rows itself', () => {
    expect(refusal(['trl'], tagged('- online-dpo')).message).toContain('it was trained with online-dpo')
  })
})

it('arguments of a prediction are none of the training', () => {
  const predict = (does: string) => (folder: string) =>
    writeFileSync(
      join(folder, 'training_args.yaml'),
      `${does}\nlearning_rate: 0.5\nseed: 99\nlora_rank: 64\nquantization_bit: 4\n`,
    )
  for (const does of ['do_predict: true', 'do_train: false', 'do_eval: yes\ndo_train: no']) {
    const { training, quantisation } = importOf(
      ['transformers', 'llama-factory'],
      { quantisation: null },
      predict(does),
    ).manifest
    expect([training.tool, training.seed, training.maxTokens, quantisation]).toEqual(['llama-factory', 42, null, null])
  }
})
