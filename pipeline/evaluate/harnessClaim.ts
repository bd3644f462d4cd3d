/** What results of lm-evaluation-harness say of the model that they are of: its base, its adapter, its precision. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { isHubName } from '../import/hubName.ts'
import { configAt } from '../import/modelConfig.ts'
import { readJson } from '../import/sourceFolder.ts'
import { type Stored, storedByConfig, storedByName, storedWords } from '../import/storedQuantisation.ts'
import { RUN_FILES } from '../run/manifest.ts'
import { RunError } from '../run/runError.ts'
import type { RegisteredModel } from './registered.ts'

export interface HarnessClaim {
  /** The results file, for errors' sake. */
  readonly file: string
  /** What the harness was told of the model, by name. */
  readonly modelArgs: Readonly<Record<string, unknown>>
  /** Where the evaluated weights are, if it was said. */
  readonly weights: string | undefined
}

/** The name of the model that results are of, and its weights. Results of another base are refused. */
export function evaluatedBy({ file, modelArgs, weights }: HarnessClaim, { base }: RegisteredModel, option: string) {
  const pretrained = textOf(modelArgs.pretrained)
  const adapter = textOf(modelArgs.peft)
  const isOnHub = pretrained !== null && isHubName(pretrained)
  if (isOnHub && adapter !== null && base !== null && pretrained !== base)
    throw new RunError(
      file,
      'it evaluates a fine-tune of another base than the model has',
      { field: 'config.model_args.pretrained', found: pretrained, registered: base },
      'Evaluate the registered adapter on its own base, or name the model that was evaluated.',
    )
  const folder = weights ?? [adapter, pretrained].find((path) => path !== null && existsSync(path))
  if (folder === undefined || folder === null)
    throw new RunError(
      file,
      'it does not say which weights were evaluated',
      { pretrained: pretrained ?? 'not said', peft: adapter ?? 'not said' },
      `Name their folder with ${option}.`,
    )
  return { name: [pretrained, adapter].filter((part) => part !== null).join(' with ') || folder, folder }
}

/** A twin that is quantised itself would hide what quantisation costs; so would a model that was evaluated without it. */
export function requirePrecision(claim: HarnessClaim, isQuantised: boolean): void {
  const found = quantisedBy(claim)
  if ((found !== undefined) === isQuantised) return
  throw new RunError(
    claim.file,
    isQuantised
      ? 'it evaluates the model without the quantisation that its twin is compared with'
      : 'it evaluates the twin with quantised weights',
    { field: found?.field ?? 'config.model_args', load: found?.load ?? 'in full precision' },
    'Evaluate the model as it is quantised, and its twin on a base in full precision.',
  )
}

/** Arguments of lm_eval's hf, vllm and sglang models that quantise what they load, or load what is quantised. */
const LOADS = [
  'load_in_4bit',
  'load_in_8bit',
  'autogptq',
  'autoawq',
  'gptqmodel',
  'gguf_file',
  'quantization',
  'quantization_config',
  'torchao_config',
]
const OFF = /^(|false|none|null|no|0|\{\})$/i
/** Arguments whose value says it, whatever they are for; and those that name a model, or a branch of its repository. */
const KINDS = ['dtype', 'load_format'] as const
const QUANTISED = /(?:float8|fp8|int8|int4|uint8|uint4|float4|fp4|nf4|bitsandbytes|gguf)\w*/
const NAMES = ['pretrained', 'model', 'path', 'revision'] as const

/** What makes a model quantised: how it was loaded, its own quantization_config, its adapter's base, or what it is called. */
export function quantisedBy({ modelArgs }: Pick<HarnessClaim, 'modelArgs'>) {
  const found = (name: string, load: string) => ({ field: `config.model_args.${name}`, load })
  const said = LOADS.find((name) => !OFF.test(wordOf(modelArgs[name])))
  if (said !== undefined) return found(said, said)
  for (const name of KINDS) {
    const [kind] = QUANTISED.exec(wordOf(modelArgs[name]).toLowerCase()) ?? []
    if (kind !== undefined) return found(name, kind)
  }
  for (const name of [...NAMES, 'peft']) {
    const told = textOf(modelArgs[name])
    const stored = told === null ? undefined : storedIn(told, name === 'peft' ? 'adapter' : 'model')
    if (stored !== undefined) return found(name, storedWords(stored))
  }
  return undefined
}

/**
 * Of a folder by its configuration and the base that its adapter would be loaded on, else by what it is called. An adapter beside a base
 * of its own is loaded on that one, whichever it was trained on.
 */
function storedIn(place: string, as: 'model' | 'adapter'): Stored | undefined {
  const isHere = existsSync(place)
  const base = isHere && as === 'model' ? baseOfAdapter(place) : null
  return [
    ...(isHere ? configAt(place).map(({ config }) => storedByConfig(config)) : []),
    base === null || base === place ? undefined : storedIn(base, 'model'),
    as === 'model' ? storedByName(place) : undefined,
  ].find((each) => each !== undefined)
}

function baseOfAdapter(folder: string): string | null {
  const source = { path: folder, files: [RUN_FILES.adapterConfig] }
  if (!existsSync(join(folder, RUN_FILES.adapterConfig))) return null
  const config = readJson(source, RUN_FILES.adapterConfig, z.looseObject({}), 'the configuration of an adapter')
  return textOf(config.base_model_name_or_path)
}

function wordOf(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value ?? '').trim()
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}
