/** The adapter in the names and shapes of PEFT, to the folder and back. */

import { type AdapterFile, tensorName } from '../../run/adapterFile.ts'
import { RUN_FILES } from '../../run/manifest.ts'
import { RunError } from '../../run/runError.ts'
import { float32Of, formatSafetensors } from '../../run/safetensors.ts'
import { BASE_MODEL } from '../base/package.ts'
import {
  type Adapter,
  ALPHA,
  outputsOf,
  PARAMETERS,
  type ParameterName,
  parameterLength,
  RANK,
  shapeOf,
} from '../lora/adapter.ts'

export const TARGET_MODULES = ['layers.1.feed_forward.output', 'sentence_projection'] as const
export const MODULES_TO_SAVE = ['classifier'] as const

const TENSOR_NAMES: Readonly<Record<ParameterName, string>> = {
  feedForwardA: tensorName('layers.1.feed_forward.output', 'lora_A.weight'),
  feedForwardB: tensorName('layers.1.feed_forward.output', 'lora_B.weight'),
  projectionA: tensorName('sentence_projection', 'lora_A.weight'),
  projectionB: tensorName('sentence_projection', 'lora_B.weight'),
  headWeight: tensorName('classifier', 'weight'),
  headBias: tensorName('classifier', 'bias'),
}

/** `adapter_config.json`, field by field as PEFT 0.17 writes a LoraConfig. */
export function formatAdapterConfig(): string {
  const config = {
    alpha_pattern: {},
    auto_mapping: null,
    base_model_name_or_path: BASE_MODEL.name,
    bias: 'none',
    corda_config: null,
    eva_config: null,
    exclude_modules: null,
    fan_in_fan_out: false,
    inference_mode: true,
    init_lora_weights: true,
    layer_replication: null,
    layers_pattern: null,
    layers_to_transform: null,
    loftq_config: {},
    lora_alpha: ALPHA,
    lora_bias: false,
    lora_dropout: 0.0,
    megatron_config: null,
    megatron_core: 'megatron.core',
    modules_to_save: MODULES_TO_SAVE,
    peft_type: 'LORA',
    r: RANK,
    rank_pattern: {},
    revision: BASE_MODEL.revision,
    target_modules: TARGET_MODULES,
    task_type: 'SEQ_CLS',
    trainable_token_indices: null,
    use_dora: false,
    use_rslora: false,
  }
  return `${JSON.stringify(config, null, 2)}\n`
}

export function formatAdapterModel(adapter: Adapter): Uint8Array {
  const tensors = PARAMETERS.map(
    (name) => [TENSOR_NAMES[name], { shape: shapeOf(name, outputsOf(adapter)), values: adapter[name] }] as const,
  )
  return formatSafetensors(Object.fromEntries(tensors), { format: 'pt' })
}

/** The parameters of an adapter file that was made for the embedded base; refuses one of another shape. */
export function adapterFromFile({ tensors }: AdapterFile, outputs = 2): Adapter {
  const file = RUN_FILES.adapterModel
  const entries = PARAMETERS.map((name) => {
    const tensorOfName = TENSOR_NAMES[name]
    const tensor = tensors.get(tensorOfName)
    const shape = tensor?.shape.join('×') ?? 'none'
    const expected = shapeOf(name, outputs).join('×')
    if (tensor === undefined || shape !== expected)
      throw new RunError(
        file,
        `tensor "${tensorOfName}" does not fit the embedded base model`,
        { shape, expected, entries: parameterLength(name, outputs), outputs },
        'Serve this adapter with the base model that it was trained on.',
      )
    return [name, float32Of(file, tensorOfName, tensor)] as const
  })
  return Object.fromEntries(entries) as Adapter
}
