/** `adapter_config.json` as PEFT's LoraConfig writes it (huggingface/peft 0.21.0, src/peft/tuners/lora/config.py). */
import { z } from 'zod'
import { RUN_FILES } from './manifest.ts'
import facts from './peftAdapter.json' with { type: 'json' }
import { parsePythonJson } from './pythonJson.ts'
import { RunError } from './runError.ts'

const names = z.union([z.array(z.string()), z.string()])
const positive = z.int().positive()

/** What of it the checks need. Every other field is kept in the file and tolerated here. */
const configSchema = z.looseObject({
  peft_type: z.literal('LORA'),
  task_type: z.string().nullish(),
  base_model_name_or_path: z.string().nullish(),
  revision: z.string().nullish(),
  r: positive,
  lora_alpha: z.number().positive(),
  target_modules: names.nullish(),
  exclude_modules: names.nullish(),
  target_parameters: z.array(z.string()).nullish(),
  modules_to_save: z.array(z.string()).nullish(),
  layers_to_transform: z.union([z.array(z.int()), z.int()]).nullish(),
  layers_pattern: names.nullish(),
  rank_pattern: z.record(z.string(), positive).nullish(),
  alpha_pattern: z.record(z.string(), z.number().positive()).nullish(),
  bias: z.enum(['none', 'all', 'lora_only']).nullish(),
  use_dora: z.boolean().nullish(),
  lora_bias: z.boolean().nullish(),
  trainable_token_indices: z.union([z.array(z.int()), z.record(z.string(), z.array(z.int()))]).nullish(),
})
export type PeftConfig = z.infer<typeof configSchema>

const FILE = RUN_FILES.adapterConfig
const SAVE_AGAIN = 'Save the adapter again with model.save_pretrained(folder).'
const METHODS: Readonly<Record<string, string>> = facts.methods

export function parsePeftConfig(bytes: Uint8Array): PeftConfig {
  let json: unknown
  try {
    json = parsePythonJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw new RunError(FILE, 'it is no JSON', { bytes: bytes.length }, SAVE_AGAIN, cause)
  }
  requireLora(json)
  const parsed = configSchema.safeParse(json)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new RunError(
    FILE,
    'it is no LoRA configuration of PEFT',
    { field: issue?.path.join('.') || '(whole)', problem: issue?.message ?? '' },
    SAVE_AGAIN,
  )
}

/** Before any other field is looked at, since other methods have other fields. */
function requireLora(json: unknown): void {
  const about = typeof json === 'object' && json !== null ? (json as Record<string, unknown>) : {}
  const { peft_type: type } = about
  if (type === 'LORA' || (type === undefined && !('fine_tune_type' in about))) return
  if (typeof type === 'string')
    throw new RunError(
      FILE,
      `it describes an adapter of type ${type}${Object.hasOwn(METHODS, type) ? `: ${METHODS[type]}` : ''}`,
      { field: 'peft_type' },
      'Only LoRA adapters can be imported; train with LoRA, or import the merged model as a full fine-tune.',
    )
  throw 'fine_tune_type' in about
    ? new RunError(
        FILE,
        'it describes an adapter of MLX, and not of PEFT',
        { field: 'fine_tune_type', found: String(about.fine_tune_type) },
        'Fuse it with mlx_lm.fuse and import the whole model, or convert it to PEFT.',
      )
    : new RunError(FILE, 'it does not name its method', { field: 'peft_type', found: String(type) }, SAVE_AGAIN)
}
