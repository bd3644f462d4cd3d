/** What results of lm-evaluation-harness say of the model that they are of: its base, its adapter, its precision. */
import { existsSync } from 'node:fs'
import { isHubName } from '../import/hubName.ts'
import { configAt } from '../import/modelConfig.ts'
import { storedByConfig, storedByName, storedWords } from '../import/storedQuantisation.ts'
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
  'gptqmodel',
  'gguf_file',
  'quantization',
  'quantization_config',
  'torchao_config',
]
const OFF = /^(|false|none|null|no|0)$/i

/** What makes a model quantised: how it was loaded, its own quantization_config, or what it is called. */
export function quantisedBy({ modelArgs }: Pick<HarnessClaim, 'modelArgs'>) {
  const said = LOADS.find((name) => !OFF.test(String(modelArgs[name] ?? '')))
  if (said !== undefined) return { field: `config.model_args.${said}`, load: said }
  const [dtype = ''] = /(?:float8|fp8|int8|int4|uint8)\w*/.exec(String(modelArgs.dtype ?? '')) ?? []
  if (dtype !== '') return { field: 'config.model_args.dtype', load: dtype }
  for (const field of ['pretrained', 'peft'] as const) {
    const model = textOf(modelArgs[field])
    if (model === null) continue
    const stored = existsSync(model) ? configAt(model).map(({ config }) => storedByConfig(config)) : []
    const found =
      stored.find((each) => each !== undefined) ?? (field === 'pretrained' ? storedByName(model) : undefined)
    if (found !== undefined) return { field: `config.model_args.${field}`, load: storedWords(found) }
  }
  return undefined
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}
