/**
 * What Transformers calls optimisers and schedules: by the name of an enumeration's member, as some versions print them into a card,
 * or by its value (huggingface/transformers 4.38.2 and 5.18.0: OptimizerNames in src/transformers/training_args.py, SchedulerType in
 * src/transformers/trainer_utils.py). Most values are their names in small letters; these are not.
 */
const OPTIMISERS: Readonly<Record<string, string>> = {
  ADAMW_BNB: 'adamw_bnb_8bit',
  LION: 'lion_32bit',
  PAGED_ADAMW: 'paged_adamw_32bit',
  PAGED_ADEMAMIX: 'paged_ademamix_32bit',
  PAGED_LION: 'paged_lion_32bit',
  RMSPROP_8BIT: 'rmsprop_bnb_8bit',
  RMSPROP_32BIT: 'rmsprop_bnb_32bit',
}
const SAME_OPTIMISERS = [
  'adamw_hf adamw_torch adamw_torch_fused adamw_torch_xla adamw_torch_npu_fused adamw_apex_fused adafactor adamw_anyprecision',
  'adamw_torch_4bit adamw_torch_8bit ademamix sgd adagrad adamw_8bit ademamix_8bit lion_8bit paged_adamw_8bit paged_ademamix_8bit',
  'paged_lion_8bit rmsprop rmsprop_bnb galore_adamw galore_adamw_8bit galore_adafactor galore_adamw_layerwise',
  'galore_adamw_8bit_layerwise galore_adafactor_layerwise lomo adalomo grokadamw schedule_free_radam schedule_free_adamw',
  'schedule_free_sgd apollo_adamw apollo_adamw_layerwise stable_adamw',
].flatMap((line) => line.split(' '))

const SCHEDULES: Readonly<Record<string, string>> = { REDUCE_ON_PLATEAU: 'reduce_lr_on_plateau' }
const SAME_SCHEDULES = [
  'linear cosine cosine_with_restarts polynomial constant constant_with_warmup inverse_sqrt cosine_with_min_lr',
  'cosine_warmup_with_min_lr warmup_stable_decay greedy',
].flatMap((line) => line.split(' '))

/**
 * What a card says. Up to Transformers 4.45 that is "Adam" whatever the optimiser was (src/transformers/modelcard.py:
 * extract_hyperparameters_from_trainer), so it says nothing.
 */
export function optimiserOfCard(told: string | undefined): string | null {
  return told === undefined || /^adam\b/i.test(told) ? null : optimiserOf(told)
}

/** "Use OptimizerNames.ADAMW_BNB with betas=…" → "adamw_bnb_8bit". */
export function optimiserOf(told: string): string | null {
  return wordOf(told, 'OptimizerNames', OPTIMISERS, SAME_OPTIMISERS)
}

/** "SchedulerType.LINEAR" → "linear". */
export function scheduleOf(told: string): string | null {
  return wordOf(told, 'SchedulerType', SCHEDULES, SAME_SCHEDULES)
}

/** A member that no known version has is not guessed at; a value stands for itself. */
function wordOf(
  told: string,
  enumeration: string,
  values: Readonly<Record<string, string>>,
  same: readonly string[],
): string | null {
  const word = /^(?:Use )?<?["']?([\w.-]+)/.exec(told.trim())?.[1]
  if (word === undefined || /^(none|null)$/i.test(word)) return null
  const member = word.startsWith(`${enumeration}.`) ? word.slice(enumeration.length + 1) : word
  if (member === word && word !== word.toUpperCase()) return word.toLowerCase()
  return values[member] ?? same.find((value) => value === member.toLowerCase()) ?? null
}
