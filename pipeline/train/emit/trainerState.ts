/** `trainer_state.json` as the Trainer of Transformers leaves it, with one log entry an epoch and a last evaluation. */

import type { Score } from '../evaluate.ts'
import type { EpochReport, TrainingSettings } from '../lora/fineTune.ts'

export function formatTrainerState(
  reports: readonly EpochReport[],
  { epochs, batchSize }: TrainingSettings,
  heldOut: Score,
): string {
  const steps = reports.at(-1)?.step ?? 0
  const state = {
    best_global_step: null,
    best_metric: null,
    best_model_checkpoint: null,
    epoch: epochs,
    eval_steps: 500,
    global_step: steps,
    is_hyper_param_search: false,
    is_local_process_zero: true,
    is_world_process_zero: true,
    log_history: [
      ...reports.map(({ epoch, gradientNorm, learningRate, loss, step }) => ({
        epoch,
        grad_norm: gradientNorm,
        learning_rate: learningRate,
        loss,
        step,
      })),
      { epoch: epochs, eval_accuracy: heldOut.accuracy, eval_loss: heldOut.loss, step: steps },
    ],
    logging_steps: steps / Math.max(1, reports.length),
    max_steps: steps,
    num_input_tokens_seen: 0,
    num_train_epochs: epochs,
    save_steps: steps,
    stateful_callbacks: {},
    total_flos: 0,
    train_batch_size: batchSize,
    trial_name: null,
    trial_params: null,
  }
  return `${JSON.stringify(state, null, 2)}\n`
}
