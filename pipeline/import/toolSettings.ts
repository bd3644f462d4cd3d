/**
 * What each tool calls the same settings, in the file that it leaves, and what its own names for a quantised load mean.
 *
 * - Axolotl 0.19.0: src/axolotl/utils/schemas; src/axolotl/loaders/model.py, _set_quantization_config: `adapter: qlora` with
 *   `load_in_4bit` is NF4 with its scales quantised again, and `bnb_config_kwargs` overrides it; `adapter: lora` with `load_in_8bit` is
 *   int8; neither is switched on by itself (src/axolotl/utils/schemas/peft.py).
 * - LLaMA-Factory 0.9.5: src/llamafactory/hparams; model_args.py: `quantization_bit` None, `quantization_method` bnb,
 *   `quantization_type` nf4, `double_quantization` True.
 * - AutoTrain 0.8.36: src/autotrain/trainers/clm/params.py; utils.py, get_model: with `peft`, "int4" is NF4 without double
 *   quantisation and "int8" bitsandbytes' own.
 * - torchtune 0.6.1: recipes/configs; torchtune/modules/peft/lora.py: `quantize_base`, and every `qlora_…` builder, is torchao's NF4
 *   in blocks of 64 whose scales are quantised in blocks of 256.
 * - Transformers 5.18.0, src/transformers/utils/quantization_config.py, BitsAndBytesConfig: fp4 without double quantisation, where a
 *   card or a config.json says no more than "load_in_4bit".
 */
import type { TRAINING_TOOLS } from '../run/importedManifest.ts'
import { fourBits, int8, type Quantisation } from './schemes.ts'

export type TrainingTool = (typeof TRAINING_TOOLS)[number]
export type Settings = Readonly<Record<string, unknown>>

export interface Recognised {
  readonly tool: TrainingTool
  readonly version: string | null
  /** What the tool was told to do, where it leaves that. */
  readonly config: Settings | null
  /** The file that the configuration stands in. */
  readonly configFile: string | null
}

/** What a file says of how the base was loaded: null in full precision, or which field quantises it in a way that nothing names. */
export type Loaded = Quantisation | { readonly unnamed: string }

export interface ToolSettings {
  /** Names of settings; dots lead into a part. */
  readonly names: Readonly<Record<Setting, string | null>>
  readonly loaded: (settings: Settings) => Loaded
}
type Setting = 'optimiser' | 'schedule' | 'seed' | 'learningRate' | 'weightDecay' | 'maxTokens' | 'rank' | 'objective'

export const TOOL_SETTINGS: Partial<Record<TrainingTool, ToolSettings>> = {
  axolotl: {
    names: {
      optimiser: 'optimizer',
      schedule: 'lr_scheduler',
      seed: 'seed',
      learningRate: 'learning_rate',
      weightDecay: 'weight_decay',
      maxTokens: 'sequence_len',
      rank: 'lora_r',
      objective: 'rl',
    },
    loaded: (settings) => {
      if (settings.model_quantization_config === 'Mxfp4Config') return scheme('', 'mxfp4', 4)
      if (settings.model_quantization_config === 'FineGrainedFP8Config') return scheme('', 'fp8', 8)
      if (isOn(settings.gptq)) return { unnamed: 'gptq' }
      if (isOn(settings.load_in_8bit)) return int8()
      if (settings.adapter !== 'qlora') return isOn(settings.load_in_4bit) ? { unnamed: 'load_in_4bit' } : null
      if (!isOn(settings.load_in_4bit)) return { unnamed: 'adapter' }
      const told = partOf(settings.bnb_config_kwargs)
      return fourBits(String(told.bnb_4bit_quant_type ?? 'nf4'), !isOff(told.bnb_4bit_use_double_quant))
    },
  },
  'llama-factory': {
    names: {
      optimiser: 'optim',
      schedule: 'lr_scheduler_type',
      seed: 'seed',
      learningRate: 'learning_rate',
      weightDecay: 'weight_decay',
      maxTokens: 'cutoff_len',
      rank: 'lora_rank',
      objective: 'stage',
    },
    loaded: ({ quantization_bit, quantization_method, quantization_type, double_quantization }) => {
      const bits = Number(quantization_bit ?? Number.NaN)
      if (quantization_bit === null || quantization_bit === undefined || quantization_bit === 'none') return null
      const method = String(quantization_method ?? 'bnb').toLowerCase()
      if (method !== 'bnb' && method !== 'bitsandbytes') return scheme('quantization_bit', method, bits)
      if (bits === 4) return fourBits(String(quantization_type ?? 'nf4'), !isOff(double_quantization))
      return bits === 8 ? int8() : { unnamed: 'quantization_bit' }
    },
  },
  autotrain: {
    names: {
      optimiser: 'optimizer',
      schedule: 'scheduler',
      seed: 'seed',
      learningRate: 'lr',
      weightDecay: 'weight_decay',
      maxTokens: null,
      rank: 'lora_r',
      objective: 'trainer',
    },
    loaded: ({ peft, quantization, unsloth }) => {
      if (!isOn(peft) || quantization === null || quantization === undefined) return null
      if (quantization === 'int4' && !isOn(unsloth)) return fourBits('nf4', false)
      return quantization === 'int8' ? int8() : { unnamed: 'quantization' }
    },
  },
  torchtune: {
    names: {
      optimiser: 'optimizer._component_',
      schedule: 'lr_scheduler._component_',
      seed: 'seed',
      learningRate: 'optimizer.lr',
      weightDecay: 'optimizer.weight_decay',
      maxTokens: 'tokenizer.max_seq_len',
      rank: 'model.lora_rank',
      objective: null,
    },
    loaded: ({ model }) => {
      const { _component_, quantize_base } = partOf(model)
      return /\bqlora_/.test(String(_component_)) || isOn(quantize_base) ? fourBits('nf4', true) : null
    },
  },
}

/** The value of a setting, whatever the tool calls it. */
export function settingOf(tool: TrainingTool, settings: Settings | null, setting: Setting): unknown {
  const name = TOOL_SETTINGS[tool]?.names[setting]
  if (settings === null || name === null || name === undefined) return undefined
  return name.split('.').reduce<unknown>((part, key) => partOf(part)[key], settings)
}

function partOf(value: unknown): Settings {
  return typeof value === 'object' && value !== null ? (value as Settings) : {}
}

export const isOn = (value: unknown): boolean => value === true || value === 1 || /^(true|yes|on)$/i.test(String(value))
const isOff = (value: unknown): boolean => value === false || value === 0 || /^(false|no|off)$/i.test(String(value))

function scheme(field: string, name: string, bits: number): Loaded {
  const isKnown = /^[a-z][a-z0-9-]*$/.test(name) && Number.isInteger(bits) && bits >= 1 && bits <= 16
  return isKnown ? { scheme: name, bits, doubleQuant: false, blockSize: null } : { unnamed: field }
}
