/**
 * The adapter as PEFT stores it: `adapter_config.json` says rank and modules, `adapter_model.safetensors` holds
 * `base_model.model.<module>.lora_A.weight` (rank, inputs), `….lora_B.weight` (outputs, rank), and whole modules that were
 * trained beside them (`modules_to_save`), such as a classification head.
 */
import { z } from 'zod'
import { type EmbeddedManifest, RUN_FILES } from './manifest.ts'
import { RERUN, RunError } from './runError.ts'
import { firstNotFinite, float32Of, parseSafetensors, type Tensor } from './safetensors.ts'

/** The fields of PEFT's LoraConfig that this house relies on; others are PEFT's business. */
const configSchema = z.looseObject({
  peft_type: z.literal('LORA'),
  base_model_name_or_path: z.string(),
  r: z.number().int().positive(),
  lora_alpha: z.number().positive(),
  target_modules: z.array(z.string()).min(1),
  modules_to_save: z.array(z.string()).nullish(),
})

export interface AdapterFile {
  /** Every field of the configuration, those that nobody here relies on too. */
  readonly config: Readonly<Record<string, unknown>>
  /** Every tensor of the weights file; float32 ones are known to be finite. */
  readonly tensors: ReadonlyMap<string, Tensor>
}

const PREFIX = 'base_model.model.'

export function tensorName(module: string, part: 'lora_A.weight' | 'lora_B.weight' | 'weight' | 'bias'): string {
  return `${PREFIX}${module}.${part}`
}

export function readAdapter(configBytes: Uint8Array, modelBytes: Uint8Array, { lora }: EmbeddedManifest): AdapterFile {
  const config = parseConfig(configBytes)
  checkSame('lora.rank', config.r, lora.rank)
  checkSame('lora.alpha', config.lora_alpha, lora.alpha)
  checkSame('lora.targetModules', config.target_modules.join(' '), lora.targetModules.join(' '))
  checkSame('lora.modulesToSave', (config.modules_to_save ?? []).join(' '), lora.modulesToSave.join(' '))

  const file = RUN_FILES.adapterModel
  const tensors = parseSafetensors(file, modelBytes)
  for (const module of lora.targetModules) {
    checkSide(tensors, tensorName(module, 'lora_A.weight'), 0, lora.rank)
    checkSide(tensors, tensorName(module, 'lora_B.weight'), 1, lora.rank)
  }
  for (const [name, tensor] of tensors) {
    const module = name.slice(PREFIX.length).replace(/\.(lora_[AB]\.weight|weight|bias)$/, '')
    const isKnown = name.startsWith(PREFIX) && [...lora.targetModules, ...lora.modulesToSave].includes(module)
    if (!isKnown) throw new RunError(file, `tensor "${name}" belongs to no module of the adapter`, {}, RERUN)
    if (tensor.shape.includes(0))
      throw new RunError(file, `tensor "${name}" is empty`, { shape: tensor.shape.join('×') }, RERUN)
    if (tensor.dtype === 'F32') checkFinite(file, name, float32Of(file, name, tensor))
  }
  return { config, tensors }
}

function parseConfig(bytes: Uint8Array): z.infer<typeof configSchema> {
  const file = RUN_FILES.adapterConfig
  let json: unknown
  try {
    json = JSON.parse(new TextDecoder().decode(bytes))
  } catch (cause) {
    throw new RunError(file, 'it is no JSON', {}, RERUN, cause)
  }
  const parsed = configSchema.safeParse(json)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new RunError(
    file,
    'it is no LoRA configuration of PEFT',
    { field: issue?.path.join('.') ?? '', problem: issue?.message ?? '' },
    RERUN,
  )
}

function checkSame(field: string, found: string | number, expected: string | number): void {
  if (found !== expected)
    throw new RunError(RUN_FILES.adapterConfig, 'it contradicts the manifest', { field, found, expected }, RERUN)
}

/** A LoRA factor has the rank on its inner side. */
function checkSide(tensors: ReadonlyMap<string, Tensor>, name: string, side: 0 | 1, rank: number): void {
  const file = RUN_FILES.adapterModel
  const tensor = tensors.get(name)
  if (tensor === undefined) throw new RunError(file, `tensor "${name}" is missing`, {}, RERUN)
  if (tensor.shape.length !== 2 || tensor.shape[side] !== rank)
    throw new RunError(file, `tensor "${name}" has the wrong shape`, { shape: tensor.shape.join('×'), rank }, RERUN)
}

function checkFinite(file: string, name: string, values: Float32Array): void {
  const bad = firstNotFinite(values)
  if (bad >= 0)
    throw new RunError(
      file,
      `tensor "${name}" holds a number that is none`,
      { entry: bad, value: String(values[bad]) },
      'Look at the training step that produced it; a weight must be finite.',
    )
}
