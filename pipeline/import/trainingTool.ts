/**
 * Which tool trained, told by what only it leaves, and what it says of the training.
 *
 * - Axolotl: its configuration as YAML in the card (axolotl-ai-cloud/axolotl, src/axolotl/train.py: setup_model_card);
 * - LLaMA-Factory: the tag `llama-factory`, or `training_args.yaml`, `llamaboard_config.yaml`, `trainer_log.jsonl`
 *   (hiyouga/LLaMA-Factory, src/llamafactory/train/trainer_utils.py: create_modelcard_and_push, extras/constants.py);
 * - AutoTrain: `training_params.json` (huggingface/autotrain-advanced, src/autotrain/commands.py);
 * - torchtune: `torchtune_config.yaml` (pytorch/torchtune, torchtune/training/metric_logging.py: save_config);
 * - Unsloth: the tag `unsloth` (unslothai/unsloth, unsloth/save.py: MODEL_CARD);
 * - TRL: the tag `trl`, or its version in the card (huggingface/trl, trl/templates/lm_model_card.md);
 * - Transformers: the tag `generated_from_trainer`, or `trainer_state.json`; PEFT where there is neither.
 */
import { z } from 'zod'
import type { ImportedManifest } from '../run/importedManifest.ts'
import { RUN_FILES } from '../run/manifest.ts'
import { RunError } from '../run/runError.ts'
import { type ModelCard, parseYaml } from './modelCard.ts'
import { optimiserOf, optimiserOfCard, scheduleOf } from './optimisers.ts'
import { preferenceOf } from './preference.ts'
import { has, parseJson, parseWith, readText, type SourceFolder } from './sourceFolder.ts'
import { isOn, type Recognised, type Settings, settingOf, type TrainingTool } from './toolSettings.ts'
import type { TrainerState } from './trainerState.ts'

type Training = ImportedManifest['training']

const settingsSchema = z.record(z.string(), z.unknown())

const AXOLOTL = /<summary>See axolotl config<\/summary>\s+(?:axolotl version: `([^`]+)`\s+)?```ya?ml\r?\n(.*?)\r?\n```/s
const LLAMA_FACTORY_ARGUMENTS = 'training_args.yaml'
/** What a tool leaves of its configuration in a file of its own. */
const CONFIG_FILES = [
  ['llama-factory', LLAMA_FACTORY_ARGUMENTS],
  ['autotrain', 'training_params.json'],
  ['torchtune', 'torchtune_config.yaml'],
] as const
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
  for (const [tool, file] of CONFIG_FILES)
    if (has(source, file)) return { tool, version: null, ...readSettings(source, tool, file) }
  if (isLlamaFactory) return { tool: 'llama-factory', version: null, ...none }
  if (tags.includes('autotrain')) return { tool: 'autotrain', version: null, ...none }
  if (tags.includes('unsloth')) return { tool: 'unsloth', version: versionOf('Unsloth'), ...none }
  if (tags.includes('trl') || versionOf('TRL') !== null) return { tool: 'trl', version: versionOf('TRL'), ...none }
  if (tags.includes('generated_from_trainer') || has(source, RUN_FILES.trainerState))
    return { tool: 'transformers', version: versionOf('Transformers'), ...none }
  return { tool: 'peft', version: versionOf('PEFT'), ...none }
}

function readConfig(file: string, yaml: string): Settings {
  return parseWith(file, parseYaml(file, yaml) ?? {}, settingsSchema, 'the configuration of a training')
}

function readSettings(source: SourceFolder, tool: TrainingTool, file: string) {
  const text = readText(source, file)
  const config = file.endsWith('.json')
    ? parseJson(file, text, settingsSchema, 'the configuration of a training')
    : readConfig(file, text)
  // LLaMA-Factory leaves the same file when it only predicts.
  const isOnlyElse = 'do_train' in config ? !isOn(config.do_train) : isOn(config.do_predict) || isOn(config.do_eval)
  const isTraining = tool !== 'llama-factory' || !isOnlyElse
  return isTraining ? { config, configFile: file } : { config: null, configFile: null }
}

/** The trainer's card and state first, since they say what happened; then what the tool was told. */
export function describeTraining(recognised: Recognised, card: ModelCard | null, state: TrainerState | null): Training {
  const { tool, version, config } = recognised
  const listed = card?.hyperparameters ?? new Map<string, string>()
  const number = (name: string) => numberOf(listed.get(name))
  const told = (setting: Parameters<typeof settingOf>[2]) => settingOf(tool, config, setting)
  const word = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined)
  const [optimiser, schedule] = [word(told('optimiser')), word(told('schedule'))]
  const listedSchedule = word(listed.get('lr_scheduler_type'))
  const preference = preferenceOf(recognised, card, state)
  return {
    tool,
    version,
    optimiser: optimiserOfCard(listed.get('optimizer')) ?? (optimiser === undefined ? null : optimiserOf(optimiser)),
    schedule: (listedSchedule && scheduleOf(listedSchedule)) ?? (schedule === undefined ? null : scheduleOf(schedule)),
    seed: wholeOr(number('seed') ?? numberOf(told('seed'))),
    learningRate: positiveOr(number('learning_rate') ?? numberOf(told('learningRate'))),
    epochs: positiveOr(state?.epochs ?? number('num_epochs')),
    steps: positiveOr(wholeOr(state?.steps ?? number('training_steps'))),
    batchSize: positiveOr(wholeOr(batchSizeOf(listed))),
    weightDecay: numberOf(told('weightDecay')),
    maxTokens: positiveOr(wholeOr(numberOf(told('maxTokens')))),
    loss: state?.loss ?? null,
    ...(preference !== undefined && { preference }),
  }
}

/**
 * Of one step, over all devices and passes. A card lists the total where it differs from what one process takes at a time
 * (huggingface/transformers, src/transformers/modelcard.py: extract_hyperparameters_from_trainer), so a card without it has said it
 * all. A configuration and a state say what one device takes, and nobody how many there were.
 */
function batchSizeOf(listed: ModelCard['hyperparameters']): number | null {
  const total = listed.get('total_train_batch_size')
  if (total !== undefined) return numberOf(total)
  const isShared =
    ['gradient_accumulation_steps', 'num_devices'].some((name) => numberOf(listed.get(name) ?? 1) !== 1) ||
    ['distributed_type', 'total_eval_batch_size'].some((name) => listed.has(name))
  return isShared ? null : numberOf(listed.get('train_batch_size'))
}

/** YAML 1.1 takes 2e-4 for a text. */
function numberOf(value: unknown): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  if (typeof value !== 'string' || !/^\s*[-+]?[\d.]+(e[-+]?\d+)?\s*$/i.test(value)) return null
  const number = Number(value)
  return Number.isFinite(number) ? number : null
}

function wholeOr(value: number | null): number | null {
  return value !== null && Number.isSafeInteger(value) ? value : null
}

function positiveOr(value: number | null): number | null {
  return value !== null && value > 0 ? value : null
}
