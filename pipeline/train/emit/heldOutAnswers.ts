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
import { logitsOf, rowOf, type Scale } from '../lora/scale.ts'
import { hashItems, type Item } from '../tasks/item.ts'
import { type Labelling, labelsOf, scaleOf } from '../tasks/task.ts'
import { formatAdapterModel } from './peftAdapter.ts'

export interface Examined {
  readonly adapter: Adapter
  /** Log-odds of every held-out item. */
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
  const scale = scaleOf(task)
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
        model: answerOf(scale, rowOf(scale, tuned.answers, i), target),
        twin: twin === undefined ? null : answerOf(scale, rowOf(scale, twin.answers, i), target),
      }
    }),
  })
}

function nameOf(name: string, adapter: Adapter): Evaluation['model'] {
  return { name, weightsHash: keccak(formatAdapterModel(adapter)) }
}

function answerOf(scale: Scale, logOdds: Float64Array, target: number): EvaluatedAnswer {
  const logits = [...logitsOf(scale, logOdds)]
  return { scores: [answered(logits) === target ? 1 : 0], logits }
}
