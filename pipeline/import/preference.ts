/**
 * What a training was for, where a row is more than a text to predict: of preferences (Rafailov et al. 2023, and what followed it) a row
 * is a pair, of group-relative policy gradients (Shao et al. 2024) a prompt with a group of answers. Contributors register what a row is
 * made of, so it must be said; a training whose rows the model wrote itself has no contributors, and is refused.
 *
 * Names: the tags of TRL 1.13.0 (_tag_names of its trainers), `rl` of Axolotl 0.19.0, `stage` of LLaMA-Factory 0.9.5, `trainer` of
 * AutoTrain 0.8.36; what their trainers log (trl/trainer/dpo_trainer.py: rewards/chosen; grpo_trainer.py: reward_std).
 */
import type { ImportedManifest } from '../run/importedManifest.ts'
import { RUN_FILES } from '../run/manifest.ts'
import { RunError } from '../run/runError.ts'
import type { ModelCard } from './modelCard.ts'
import { type Recognised, settingOf } from './toolSettings.ts'
import type { TrainerState } from './trainerState.ts'

type Preference = NonNullable<ImportedManifest['training']['preference']>

const ROWS: Readonly<Record<Preference['row'], readonly string[]>> = {
  example: ['kto', 'bco', 'prm'],
  pair: ['dpo', 'ipo', 'orpo', 'simpo', 'cpo', 'apo', 'tpo', 'reward-trainer', 'reward', 'rm'],
  group: ['grpo', 'rloo', 'gmpo', 'gspo', 'dapo', 'async-grpo', 'a2po', 'gdpo'],
}
/** Their rows are answers that the model itself, or another one, gave while it was trained. */
const OWN_ROWS = [
  'ppo online-dpo nash-md xpo gkd gold minillm distillation async-distillation server-distillation iw-opd sdft sdpo ssd ebft',
].flatMap((line) => line.split(' '))
const KNOWN = [...Object.values(ROWS).flat(), ...OWN_ROWS]

/** Undefined where nothing says that a row is more than an example whose text is predicted. */
export function preferenceOf(
  { tool, config, configFile }: Recognised,
  card: ModelCard | null,
  state: TrainerState | null,
): Preference | undefined {
  // LLaMA-Factory's stage "dpo" has losses of other names.
  const told = [config?.pref_loss, settingOf(tool, config, 'objective')].find((each) => KNOWN.includes(String(each)))
  const sentence = /This model was trained with ([\w-]+)/i.exec(card?.text ?? '')?.[1]
  const said = [told, ...(card?.tags ?? []), sentence].map((each) =>
    typeof each === 'string' ? each.toLowerCase() : '',
  )
  const objective = said.find((each) => KNOWN.includes(each))
  if (objective !== undefined && OWN_ROWS.includes(objective))
    throw new RunError(
      objective === told && configFile !== null ? configFile : RUN_FILES.modelCard,
      `it was trained with ${objective}, whose rows are answers that a model gave meanwhile`,
      { objective },
      'Import runs whose rows are contributed items: texts to predict, pairs of answers, or prompts with groups of answers.',
    )
  if (objective !== undefined) {
    const [row] = Object.entries(ROWS).find(([, names]) => names.includes(objective)) ?? []
    return { objective, row: row as Preference['row'] }
  }
  return byLog(state)
}

/** A trainer's log shows the kind, though not the name. */
function byLog(state: TrainerState | null): Preference | undefined {
  const logged = state?.logged ?? new Set<string>()
  // KTO and BCO log rewards of what was chosen too, and their rows are single answers (kto_trainer.py: kl; bco_trainer.py: delta).
  const isOfAnswers = logged.has('rewards/chosen') && (logged.has('kl') || logged.has('delta'))
  if (isOfAnswers) return { objective: 'preferences', row: 'example' }
  if (logged.has('rewards/margins') || logged.has('rewards/chosen')) return { objective: 'preferences', row: 'pair' }
  if (logged.has('reward_std') || logged.has('frac_reward_zero_std'))
    return { objective: 'group rewards', row: 'group' }
  return undefined
}
