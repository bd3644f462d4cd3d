/**
 * A LoRA adapter as PEFT leaves it, of any base: `adapter_config.json` with all its fields, and `adapter_model.safetensors`
 * with `base_model.model.<module>.lora_A.weight` (rank, inputs), `….lora_B.weight` (outputs, rank), DoRA's
 * `….lora_magnitude_vector`, and modules that were trained whole. (huggingface/peft, src/peft/utils/save_and_load.py:
 * get_peft_model_state_dict takes the adapter's name out of the keys and nothing else.)
 */
import { z } from 'zod'
import type { AdapterFile } from './adapterFile.ts'
import { RUN_FILES } from './manifest.ts'
import { RunError } from './runError.ts'
import { FLOAT_TYPES, finiteOf, parseSafetensors, type Tensor } from './safetensors.ts'

const names = z.union([z.array(z.string()), z.string()])

/** What of PEFT's LoraConfig the checks need. Every other field is kept in the file and tolerated here. */
const configSchema = z.looseObject({
  peft_type: z.string(),
  base_model_name_or_path: z.string().nullish(),
  revision: z.string().nullish(),
  r: z.int().positive(),
  lora_alpha: z.number().positive(),
  target_modules: names.nullish(),
  modules_to_save: z.array(z.string()).nullish(),
  rank_pattern: z.record(z.string(), z.int().positive()).nullish(),
  target_parameters: z.array(z.string()).nullish(),
})

export interface PeftAdapter extends AdapterFile {
  readonly base: { readonly name: string | null; readonly revision: string | null }
  readonly rank: number
  readonly alpha: number
  /** Modules with factors, and modules that are held whole; full paths, ascending. */
  readonly targetModules: string[]
  readonly modulesToSave: string[]
}

const PREFIX = 'base_model.model.'
const FACTOR = /^(.+)\.(lora_A|lora_B|lora_embedding_A|lora_embedding_B)(?:\.weight)?$/
const SIDE = /^(.+)\.(lora_magnitude_vector(?:\.weight)?|lora_B\.bias)$/
/** Modules that were trained whole, and tokens whose embeddings were. */
const WHOLE = /^(.+)\.(weight|bias|token_adapter\.trainable_tokens_delta)$/
const REMEDY = 'Save the adapter again with model.save_pretrained(folder).'

export function readPeftAdapter(configBytes: Uint8Array, modelBytes: Uint8Array): PeftAdapter {
  const config = parseConfig(configBytes)
  const file = RUN_FILES.adapterModel
  const tensors = parseSafetensors(file, modelBytes)
  const factors = new Map<string, Map<string, Tensor>>()
  const whole = new Set<string>()
  const beside = new Set<string>()
  for (const [name, tensor] of tensors) {
    if (FLOAT_TYPES[tensor.dtype] === undefined)
      throw refusal(file, `tensor "${name}" is no floating-point tensor`, { dtype: tensor.dtype })
    finiteOf(file, name, tensor)
    const path = name.startsWith(PREFIX) ? name.slice(PREFIX.length) : undefined
    const [, module, part] = (path && (FACTOR.exec(path) ?? SIDE.exec(path) ?? WHOLE.exec(path))) || []
    if (path === undefined || module === undefined || part === undefined)
      throw refusal(file, `tensor "${name}" has a name that PEFT does not give`, {})
    if (FACTOR.test(path)) {
      const sides = factors.get(module) ?? new Map<string, Tensor>()
      factors.set(module, sides.set(part.slice(-1), tensor))
    } else if (SIDE.test(path)) beside.add(module)
    else whole.add(module)
  }
  for (const module of beside)
    if (!factors.has(module)) throw refusal(file, `module "${module}" has a part of an adapter without its factors`, {})
  for (const [module, sides] of factors) checkFactors(module, sides, config)
  if (factors.size === 0) throw refusal(file, 'it holds no LoRA factors', { tensors: tensors.size })
  checkSaved(config, [...whole])
  return {
    config,
    tensors,
    base: { name: config.base_model_name_or_path ?? null, revision: config.revision ?? null },
    rank: config.r,
    alpha: config.lora_alpha,
    targetModules: [...factors.keys()].toSorted(),
    modulesToSave: [...whole].toSorted(),
  }
}

function parseConfig(bytes: Uint8Array): z.infer<typeof configSchema> {
  const file = RUN_FILES.adapterConfig
  let json: unknown
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw new RunError(file, 'it is no JSON', { bytes: bytes.length }, REMEDY, cause)
  }
  const parsed = configSchema.safeParse(json)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw refusal(file, 'it is no LoRA configuration of PEFT', {
      field: issue?.path.join('.') || '(whole)',
      problem: issue?.message ?? '',
    })
  }
  if (parsed.data.peft_type !== 'LORA')
    throw new RunError(
      file,
      `it describes an adapter of type ${parsed.data.peft_type}`,
      { field: 'peft_type' },
      'Only LoRA adapters can be imported; convert it to LoRA, or import the merged model as a full fine-tune.',
    )
  return parsed.data
}

/** Both factors are matrices that meet in the rank: the configuration's, or the one that its rank_pattern gives the module. */
function checkFactors(module: string, sides: ReadonlyMap<string, Tensor>, config: z.infer<typeof configSchema>): void {
  const file = RUN_FILES.adapterModel
  const [a, b] = [sides.get('A'), sides.get('B')]
  if (a === undefined || b === undefined)
    throw refusal(file, `module "${module}" lacks one of its two factors`, { missing: a ? 'lora_B' : 'lora_A' })
  const [inner, outer] = [a.shape[0], b.shape[1]]
  const shapes = { A: a.shape.join('×'), B: b.shape.join('×') }
  if (a.shape.length < 2 || a.shape.length !== b.shape.length || inner !== outer)
    throw refusal(file, `the factors of module "${module}" do not fit each other`, shapes)
  const isPatterned = Object.keys(config.rank_pattern ?? {}).length > 0
  const ranks = [config.r, ...Object.values(config.rank_pattern ?? {})]
  // Parameters that are not modules, such as all experts of a layer in one tensor, have a pair of factors for each expert.
  const isParameter = (config.target_parameters ?? []).length > 0
  const isOfRank = (rank: number) => (isParameter ? (inner as number) % rank === 0 : inner === rank)
  if (!ranks.some(isOfRank))
    throw refusal(file, `module "${module}" has another rank than ${RUN_FILES.adapterConfig} says`, {
      ...shapes,
      field: isPatterned ? 'rank_pattern' : 'r',
      expected: ranks.join(' or '),
    })
  const targets = config.target_modules
  if (
    isParameter ||
    !Array.isArray(targets) ||
    targets.some((target) => module === target || module.endsWith(`.${target}`))
  )
    return
  throw refusal(file, `module "${module}" is not among the adapter's targets`, {
    field: 'target_modules',
    targets: targets.join(' '),
  })
}

/**
 * Modules that were to be saved must be there. One of them is enough: for classifiers PEFT lists every name that a head may
 * have, "classifier" and "score". Others may be there too, such as embeddings that grew.
 */
function checkSaved({ modules_to_save }: z.infer<typeof configSchema>, whole: readonly string[]): void {
  const names = modules_to_save ?? []
  if (names.length === 0 || names.some((name) => whole.some((module) => `.${module}.`.includes(`.${name}.`)))) return
  throw refusal(RUN_FILES.adapterModel, 'the modules that were to be saved are missing', {
    field: 'modules_to_save',
    names: names.join(' '),
  })
}

function refusal(file: string, what: string, facts: RunError['facts']): RunError {
  return new RunError(file, what, facts, REMEDY)
}
