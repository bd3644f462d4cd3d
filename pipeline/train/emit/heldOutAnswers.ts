/** What a trained model and its full-precision twin made of every held-out item, as `evaluation.jsonl` says it. */
import { keccak } from '../../../attribution/keccak.ts'
import {
  ACCURACY,
  answered,
  type EvaluatedAnswer,
  type Evaluation,
  formatEvaluation,
} from '../../evaluate/evaluationFile.ts'
import { BASE_MODEL } from '../base/package.ts'
import type { Adapter } from '../lora/adapter.ts'
import { hashItems, type Item } from '../tasks/item.ts'
import { type Labelling, labelsOf } from '../tasks/task.ts'
import { formatAdapterModel } from './peftAdapter.ts'

export interface Examined {
  readonly adapter: Adapter
  /** Log-odds of the second class, of every held-out item. */
  readonly answers: Float64Array
}

export interface ExamOfRun {
  readonly task: Labelling
  readonly heldOut: readonly Item[]
  readonly seed: number
  readonly maxTokens: number
  readonly tuned: Examined
  readonly twin: Examined | undefined
}

export function formatHeldOutAnswers({ task, heldOut, seed, maxTokens, tuned, twin }: ExamOfRun): string {
  const labels = labelsOf(task, heldOut)
  const hashes = hashItems(`held out of seed ${seed}`, heldOut)
  return formatEvaluation({
    tool: 'attribution-ledger',
    model: nameOf(`${BASE_MODEL.name}, fine-tuned in NF4`, tuned.adapter),
    twin: twin === undefined ? null : nameOf(`${BASE_MODEL.name}, fine-tuned in full precision`, twin.adapter),
    task: `held-out ${task.name}`,
    taskVersion: '1',
    config: { seed, heldOut: heldOut.length, maxTokens },
    metrics: [ACCURACY],
    samples: hashes.map((hash, i) => {
      const target = labels[i] as number
      return {
        sample: hash.slice(2),
        target,
        model: answerOf(tuned.answers[i] as number, target),
        twin: twin === undefined ? null : answerOf(twin.answers[i] as number, target),
      }
    }),
  })
}

function nameOf(name: string, adapter: Adapter): Evaluation['model'] {
  return { name, weightsHash: keccak(formatAdapterModel(adapter)) }
}

/** Two classes, of which the first has the logit 0. */
function answerOf(logOdds: number, target: number): EvaluatedAnswer {
  const logits = [0, logOdds]
  return { scores: [answered(logits) === target ? 1 : 0], logits }
}
