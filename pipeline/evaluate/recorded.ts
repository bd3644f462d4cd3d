/** Evaluations that the chain holds already, in the shape in which they were recorded. */
import { isDeepStrictEqual } from 'node:util'
import type { Connection } from '../../sdk/contracts.ts'
import { StopError } from '../../sdk/errors.ts'
import type { EvaluationRecord } from './records.ts'

export interface RecordedEvaluation {
  readonly evaluation: bigint
  readonly model: number
  readonly evaluator: number
  readonly record: EvaluationRecord
}

/** Whether two records say the same, wherever their file can be fetched. */
export function sameRecord(a: EvaluationRecord, b: EvaluationRecord): boolean {
  const said = (record: EvaluationRecord) => ({ ...record, measured: { ...record.measured, resultsURI: '' } })
  return isDeepStrictEqual(said(a), said(b))
}

/** What `evaluator` has recorded of a model, benchmarks and quantisation losses. */
export async function recordedOf(
  connection: Connection,
  model: number,
  evaluator: number,
): Promise<readonly RecordedEvaluation[]> {
  return evaluator === 0 ? [] : await readRecorded(connection, { model, evaluator })
}

/** What anybody has recorded of a model. */
export async function recordedIn(connection: Connection, model: number): Promise<readonly RecordedEvaluation[]> {
  const recorded = await readRecorded(connection, { model })
  return recorded.toSorted((a, b) => (a.evaluation < b.evaluation ? -1 : 1))
}

/** The evaluation of a number. */
export async function readEvaluationRecord(connection: Connection, evaluation: bigint): Promise<RecordedEvaluation> {
  const [found] = await readRecorded(connection, { evaluation })
  if (found !== undefined) return found
  throw new StopError(
    `Evaluation ${evaluation} is no benchmark and no quantisation loss that is recorded here`,
    {},
    'GraphQL lists them: { evaluations { items { id kind model } } }.',
  )
}

type Filter = { readonly model: number; readonly evaluator?: number } | { readonly evaluation: bigint }

async function readRecorded({ reader, contracts, fromBlock }: Connection, args: Filter) {
  const asked = { ...contracts.evaluations, args, fromBlock, strict: true } as const
  const [benchmarks, losses] = await Promise.all([
    reader.getContractEvents({ ...asked, eventName: 'BenchmarkRecorded' }),
    reader.getContractEvents({ ...asked, eventName: 'QuantisationLossRecorded' }),
  ])
  return [
    ...benchmarks.map(({ args: { benchmark, ...who } }) => recorded(who, { kind: 'benchmark', ...benchmark })),
    ...losses.map(({ args: { loss, ...who } }) => recorded(who, { kind: 'quantisation loss', ...loss })),
  ]
}

function recorded(
  who: { readonly evaluation: bigint; readonly model: number; readonly evaluator: number },
  record: EvaluationRecord,
): RecordedEvaluation {
  return { ...who, record }
}
