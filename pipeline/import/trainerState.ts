/**
 * `trainer_state.json` of the Transformers Trainer (huggingface/transformers, src/transformers/trainer_callback.py:
 * TrainerState), which TRL, Axolotl, LLaMA-Factory and Unsloth leave too.
 */
import { z } from 'zod'
import { RUN_FILES } from '../run/manifest.ts'
import { RunError } from '../run/runError.ts'
import { readJson, type SourceFolder } from './sourceFolder.ts'

const amount = z.number().nonnegative()
const stateSchema = z.looseObject({
  epoch: amount.nullish(),
  global_step: z.int().nonnegative(),
  // Nobody reads what was planned, but it tells this file from others.
  max_steps: z.unknown().refine((value) => value !== undefined, 'Invalid input: it is missing'),
  // `train_batch_size` is that of one device and one pass, and nothing here says how many there were.
  log_history: z.array(z.looseObject({ step: z.int().nonnegative(), train_loss: z.number().nullish() })),
})

export interface TrainerState {
  readonly steps: number
  readonly epochs: number | null
  readonly loss: number | null
  /** What was logged while it trained, by name. */
  readonly logged: ReadonlySet<string>
}

export function readTrainerState(source: SourceFolder, file: string): TrainerState {
  const state = readJson(source, file, stateSchema, 'the state of a Trainer')
  const steps = state.log_history.map(({ step }) => step)
  const late = steps.find((step, i) => step > state.global_step || step < (steps[i - 1] ?? 0))
  if (late !== undefined)
    throw new RunError(
      file,
      'its log goes beyond its own last step, or back',
      { field: 'log_history', step: late, global_step: state.global_step },
      `Fetch ${RUN_FILES.trainerState} afresh; it may be of another run.`,
    )
  if (state.global_step === 0)
    throw new RunError(
      file,
      'nothing was trained',
      { field: 'global_step' },
      'Train first; the state is saved at the end.',
    )
  return {
    steps: state.global_step,
    epochs: state.epoch === 0 ? null : (state.epoch ?? null),
    loss: state.log_history.findLast(({ train_loss }) => typeof train_loss === 'number')?.train_loss ?? null,
    logged: new Set(state.log_history.flatMap((entry) => Object.keys(entry))),
  }
}
