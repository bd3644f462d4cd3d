/**
 * A LoRA adapter as PEFT leaves it, of any base: `adapter_config.json` with all its fields, and `adapter_model.safetensors`
 * with `base_model.model.<module>.lora_A.weight` (rank, inputs), `….lora_B.weight` (outputs, rank), DoRA's
 * `….lora_magnitude_vector`, and modules that were trained whole. (huggingface/peft, src/peft/utils/save_and_load.py:
 * get_peft_model_state_dict takes the adapter's name out of the keys and nothing else.)
 */
import type { AdapterFile } from './adapterFile.ts'
import { RUN_FILES } from './manifest.ts'
import facts from './peftAdapter.json' with { type: 'json' }
import { parsePeftConfig } from './peftConfig.ts'
import { checkModules } from './peftModules.ts'
import { RunError } from './runError.ts'
import { FLOAT_TYPES, finiteOf, parseSafetensors, type Tensor } from './safetensors.ts'

export interface PeftAdapter extends AdapterFile {
  readonly base: { readonly name: string | null; readonly revision: string | null }
  readonly rank: number
  readonly alpha: number
  /** Modules with factors, and modules that are held whole; full paths, ascending. */
  readonly targetModules: string[]
  readonly modulesToSave: string[]
}

const FILE = RUN_FILES.adapterModel
const [FACTOR, BESIDE, WHOLE, NAMED, WRAPPED] = (['factor', 'beside', 'whole', 'named', 'wrapped'] as const).map(
  (part) => new RegExp(facts[part]),
) as [RegExp, RegExp, RegExp, RegExp, RegExp]

export function readPeftAdapter(configBytes: Uint8Array, modelBytes: Uint8Array): PeftAdapter {
  const config = parsePeftConfig(configBytes)
  const tensors = parseSafetensors(FILE, modelBytes)
  for (const [name, tensor] of tensors) requireWeights(name, tensor)
  const modules = modulesOf(tensors)
  if (modules.factors.size === 0)
    throw new RunError(FILE, 'it holds no LoRA factors', { tensors: tensors.size }, SAVE_AGAIN)
  checkModules(modules, config)
  return {
    config,
    tensors,
    base: { name: config.base_model_name_or_path ?? null, revision: config.revision ?? null },
    rank: config.r,
    alpha: config.lora_alpha,
    targetModules: [...modules.factors.keys()].toSorted(),
    modulesToSave: [...new Set(modules.whole.map(({ module }) => module))].toSorted(),
  }
}

const SAVE_AGAIN = 'Save the adapter again with model.save_pretrained(folder).'

/** Finite numbers in floating point, and some of them: training in parts may leave tensors empty. */
function requireWeights(name: string, tensor: Tensor): void {
  if (FLOAT_TYPES[tensor.dtype] === undefined)
    throw new RunError(
      FILE,
      `tensor "${name}" is no floating-point tensor that is read`,
      { dtype: tensor.dtype },
      'Cast the adapter to float32, float16 or bfloat16 and save it again.',
    )
  if (tensor.shape.includes(0))
    throw new RunError(
      FILE,
      `tensor "${name}" is empty`,
      { shape: tensor.shape.join('×') },
      'Gather the parameters before saving: ZeRO-3 and FSDP leave empty ones (stage3_gather_16bit_weights_on_model_save).',
    )
  finiteOf(FILE, name, tensor)
}

function modulesOf(tensors: ReadonlyMap<string, Tensor>) {
  const factors = new Map<string, Map<string, Tensor>>()
  const magnitudes = new Set<string>()
  const biases = new Set<string>()
  const beside: { module: string; field: string; shape: readonly number[] }[] = []
  const whole: { module: string; part: string; shape: readonly number[] }[] = []
  for (const [name, tensor] of tensors) {
    const path = pathOf(name)
    const [, module = '', part = ''] = FACTOR.exec(path) ?? BESIDE.exec(path) ?? WHOLE.exec(path) ?? []
    if (module === '') throw new RunError(FILE, `tensor "${name}" has a name that PEFT does not give`, {}, SAVE_AGAIN)
    if (FACTOR.test(path)) {
      const sides = factors.get(module) ?? new Map<string, Tensor>()
      factors.set(module, sides.set(part.slice(-1), tensor))
    } else if (BESIDE.test(path)) {
      const isBias = part === 'lora_B.bias'
      ;(isBias ? biases : magnitudes).add(module)
      beside.push({ module, field: isBias ? 'lora_bias' : 'use_dora', shape: tensor.shape })
    } else whole.push({ module, part, shape: tensor.shape })
  }
  for (const { module, field, shape } of beside) {
    const sides = factors.get(module)
    if (sides === undefined)
      throw new RunError(FILE, `module "${module}" has a part of an adapter without its factors`, {}, SAVE_AGAIN)
    // A number for each output, whatever its shape: convolutions have ones around it.
    const [found, expected] = [shape.reduce((product, side) => product * side, 1), sides.get('B')?.shape[0] ?? 0]
    if (sides.has('B') && found !== expected)
      throw new RunError(
        FILE,
        `module "${module}" has ${field === 'use_dora' ? 'a magnitude' : 'a bias of B'} of another size than its outputs`,
        { field, found, expected },
        SAVE_AGAIN,
      )
  }
  return { factors, magnitudes, biases, whole }
}

/** The path of a module in its base. What wraps a model while it trains is no part of it, and nothing that loads it finds it so. */
function pathOf(name: string): string {
  const path = name.startsWith(facts.prefix) ? name.slice(facts.prefix.length) : name
  const wrapper =
    WRAPPED.exec(path)?.[0] ?? (NAMED.test(path) && !FACTOR.test(path) && !BESIDE.test(path) ? 'an adapter' : undefined)
  if (wrapper !== undefined)
    throw new RunError(
      FILE,
      `tensor "${name}" carries the name of a wrapper`,
      { wrapper: wrapper.replace(/^\.|\.$/g, '') },
      'Unwrap the model before saving it: accelerator.unwrap_model(model).save_pretrained(folder).',
    )
  if (path !== name) return path
  throw new RunError(FILE, `tensor "${name}" has a name that PEFT does not give`, {}, SAVE_AGAIN)
}
