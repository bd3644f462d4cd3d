import { createHash } from 'node:crypto'
import { keccak256, toHex } from 'viem'
import { answered, type EvaluatedSample, type Evaluation } from '../../../pipeline/evaluate/evaluationFile.ts'

/** Small evaluations of a model and its twin on letters. */

export function sampleOf(
  name: string,
  target: number,
  logits: readonly number[],
  twinLogits: readonly number[],
): EvaluatedSample {
  const answerOf = (given: readonly number[]) => ({ scores: [answered(given) === target ? 1 : 0], logits: [...given] })
  return {
    sample: createHash('sha256').update(name).digest('hex'),
    target,
    model: answerOf(logits),
    twin: answerOf(twinLogits),
  }
}

export function evaluationOf(samples: readonly EvaluatedSample[]): Evaluation {
  return {
    tool: 'a test',
    model: { name: 'letters in four bits', weightsHash: keccak256(toHex('model')) },
    twin: { name: 'letters', weightsHash: keccak256(toHex('twin')) },
    task: 'letters',
    taskVersion: '1',
    config: { shots: 0, choices: ['a', 'b'] },
    metrics: ['acc'],
    samples,
  }
}
