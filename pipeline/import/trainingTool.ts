/**
 * Which tool trained, told by what only it leaves, and what it says of the training.
 *
 * - Axolotl: its configuration as YAML in the card (axolotl-ai-cloud/axolotl, src/axolotl/train.py: setup_model_card);
 * - LLaMA-Factory: the tag `llama-factory`, or `training_args.yaml`, `llamaboard_config.yaml`, `trainer_log.jsonl`
 *   (hiyouga/LLaMA-Factory, src/llamafactory/train/trainer_utils.py: create_modelcard_and_push, extras/constants.py);
 * - Unsloth: the tag `unsloth` (unslothai/unsloth, unsloth/save.py: MODEL_CARD);
 * - TRL: the tag `trl`, or its version in the card (huggingface/trl, trl/templates/lm_model_card.md);
 * - Transformers: the tag `generated_from_trainer`, or `trainer_state.json`; PEFT where there is neither.
 */
import { z } from 'zod'
import { type ImportedManifest, RUN_FILES, type TRAINING_TOOLS } from '../run/manifest.ts'
import { RunError } from '../run/runError.ts'
import { type ModelCard, parseYaml } from './modelCard.ts'
import { has, parseWith, readText, type SourceFolder } from './sourceFolder.ts'
import type { TrainerState } from './trainerState.ts'

export type TrainingTool = (typeof TRAINING_TOOLS)[number]
type Training = ImportedManifest['training']

const numeric = z.union([z.number(), z.string().regex(/^\s*[-+]?[\d.]+(e[-+]?\d+)?\s*$/i)]).transform(Number)
const text = z.string().min(1)

/** The names that Axolotl and LLaMA-Factory give to the same settings; all others are theirs alone. */
const configSchema = z.looseObject({
  learning_rate: numeric.nullish().catch(null),
  seed: numeric.nullish().catch(null),
  weight_decay: numeric.nullish().catch(null),
  optimizer: text.nullish().catch(null),
  optim: text.nullish().catch(null),
  lr_scheduler: text.nullish().catch(null),
  lr_scheduler_type: text.nullish().catch(null),
  micro_batch_size: numeric.nullish().catch(null),
  gradient_accumulation_steps: numeric.nullish().catch(null),
  sequence_len: numeric.nullish().catch(null),
  cutoff_len: numeric.nullish().catch(null),
  lora_r: z.union([z.number(), z.string()]).nullish(),
  lora_rank: z.union([z.number(), z.string()]).nullish(),
  adapter: text.nullish(),
  finetuning_type: text.nullish(),
  load_in_4bit: z.boolean().nullish(),
  load_in_8bit: z.boolean().nullish(),
  bnb_config_kwargs: z.looseObject({}).nullish(),
  quantization_bit: numeric.nullish().catch(null),
  quantization_method: text.nullish(),
  quantization_type: text.nullish(),
  double_quantization: z.boolean().nullish(),
})
export type ToolConfig = z.infer<typeof configSchema>

export interface Recognised {
  readonly tool: TrainingTool
  readonly version: string | null
  /** What the tool was told to do, where it leaves that. */
  readonly config: ToolConfig | null
  /** The file that the configuration stands in. */
  readonly configFile: string | null
}

const AXOLOTL = /<summary>See axolotl config<\/summary>\s+(?:axolotl version: `([^`]+)`\s+)?```ya?ml\r?\n(.*?)\r?\n```/s
const LLAMA_FACTORY_ARGUMENTS = 'training_args.yaml'
const LLAMA_FACTORY_FILES = [LLAMA_FACTORY_ARGUMENTS, 'llamaboard_config.yaml', 'trainer_log.jsonl']

export function recogniseTool(source: SourceFolder, card: ModelCard | null): Recognised {
  const tags = card?.tags ?? []
  const versionOf = (name: string) => card?.versions.get(name) ?? null
  const axolotl = AXOLOTL.exec(card?.text ?? '')
  const isLlamaFactory = tags.includes('llama-factory') || LLAMA_FACTORY_FILES.some((file) => has(source, file))
  if (axolotl !== null && isLlamaFactory)
    throw new RunError(
      source.path,
      'it holds files of Axolotl and of LLaMA-Factory',
      {},
      'Keep the output of one training in a folder of its own.',
    )
  const none = { config: null, configFile: null }
  if (axolotl !== null) {
    const config = readConfig(RUN_FILES.modelCard, axolotl[2] ?? '')
    return { tool: 'axolotl', version: axolotl[1] ?? null, config, configFile: RUN_FILES.modelCard }
  }
  if (isLlamaFactory) {
    if (!has(source, LLAMA_FACTORY_ARGUMENTS)) return { tool: 'llama-factory', version: null, ...none }
    const config = readConfig(LLAMA_FACTORY_ARGUMENTS, readText(source, LLAMA_FACTORY_ARGUMENTS))
    return { tool: 'llama-factory', version: null, config, configFile: LLAMA_FACTORY_ARGUMENTS }
  }
  if (tags.includes('unsloth')) return { tool: 'unsloth', version: versionOf('Unsloth'), ...none }
  if (tags.includes('trl') || versionOf('TRL') !== null) return { tool: 'trl', version: versionOf('TRL'), ...none }
  if (tags.includes('generated_from_trainer') || has(source, RUN_FILES.trainerState))
    return { tool: 'transformers', version: versionOf('Transformers'), ...none }
  return { tool: 'peft', version: versionOf('PEFT'), ...none }
}

function readConfig(file: string, yaml: string): ToolConfig {
  return parseWith(file, parseYaml(file, yaml) ?? {}, configSchema, 'the configuration of a training')
}

/** The trainer's card and state first, since they say what happened; then what the tool was told. */
export function describeTraining(
  { tool, version, config }: Recognised,
  card: ModelCard | null,
  state: TrainerState | null,
): Training {
  const listed = card?.hyperparameters ?? new Map<string, string>()
  const number = (name: string): number | null => {
    const value = Number(listed.get(name) ?? Number.NaN)
    return Number.isFinite(value) ? value : null
  }
  const accumulated = config?.gradient_accumulation_steps ?? 1
  const configured = config?.micro_batch_size ? config.micro_batch_size * accumulated : null
  const accumulation = number('gradient_accumulation_steps') ?? accumulated
  const perDevice = number('train_batch_size') ?? state?.deviceBatchSize ?? null
  const batchSize =
    number('total_train_batch_size') ?? (perDevice === null ? null : perDevice * accumulation) ?? configured
  return {
    tool,
    version,
    optimiser: wordOf(listed.get('optimizer')) ?? config?.optimizer ?? config?.optim ?? null,
    schedule: wordOf(listed.get('lr_scheduler_type')) ?? config?.lr_scheduler ?? config?.lr_scheduler_type ?? null,
    seed: wholeOr(number('seed') ?? config?.seed),
    learningRate: positiveOr(number('learning_rate') ?? config?.learning_rate),
    epochs: positiveOr(state?.epochs ?? number('num_epochs')),
    steps: positiveOr(wholeOr(state?.steps ?? number('training_steps'))),
    batchSize: positiveOr(wholeOr(batchSize)),
    weightDecay: config?.weight_decay ?? null,
    maxTokens: positiveOr(wholeOr(config?.sequence_len ?? config?.cutoff_len)),
    loss: state?.loss ?? null,
  }
}

/** "Use OptimizerNames.ADAMW_TORCH_FUSED with betas=…" → "adamw_torch_fused"; "SchedulerType.LINEAR" → "linear". */
function wordOf(value: string | undefined): string | null {
  if (value === undefined || value === '') return null
  const name = /^(?:Use )?(?:OptimizerNames\.|SchedulerType\.)?([\w-]+)/.exec(value)?.[1]
  return name?.toLowerCase() ?? null
}

function wholeOr(value: number | null | undefined): number | null {
  return value !== null && value !== undefined && Number.isSafeInteger(value) ? value : null
}

function positiveOr(value: number | null | undefined): number | null {
  return value !== null && value !== undefined && value > 0 ? value : null
}
