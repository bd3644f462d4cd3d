/** A recorded evaluation and the file that it names → whether every figure of the record follows from the file. */
import type { Hex } from 'viem'
import { keccak } from '../../attribution/keccak.ts'
import { StopError } from '../../sdk/errors.ts'
import { parseEvaluation } from './evaluationFile.ts'
import { figuresOf, type TwinFigures } from './figures.ts'
import type { RecordedEvaluation } from './recorded.ts'
import { type EvaluationRecord, recordsOf } from './records.ts'

export interface Checked {
  readonly field: string
  readonly recorded: string
  readonly computed: string
}

export interface CheckResult {
  readonly fields: readonly Checked[]
  readonly isRight: boolean
  /** What the file says of the same comparison beside the record; null for a benchmark. */
  readonly paired: TwinFigures | null
}

/** @throws StopError where the file is another one, of another model, or scores by no such metric. */
export function checkEvaluation(
  { evaluation, model, record }: RecordedEvaluation,
  content: Uint8Array,
  weightsHash: Hex,
): CheckResult {
  const { resultsHash, resultsURI, metric } = record.measured
  const hash = keccak(content)
  if (hash !== resultsHash)
    throw new StopError(
      `This is not the file that evaluation ${evaluation} names`,
      { found: hash, recorded: resultsHash },
      'Fetch the file again, from the address in the record or from a mirror.',
    )
  const parsed = parseEvaluation(resultsHash, content)
  if (parsed.model.weightsHash !== weightsHash)
    throw new StopError(
      `The file of evaluation ${evaluation} is not of model ${model}`,
      { weights: parsed.model.weightsHash, registered: weightsHash },
      'Do not believe this evaluation.',
    )
  const registeredTwin = record.kind === 'quantisation loss' ? record.twin : 0
  const { records } = recordsOf(parsed, { hash: resultsHash, uri: resultsURI }, registeredTwin)
  const computed = records.find((own) => own.kind === record.kind && own.measured.metric === metric)
  if (computed === undefined)
    throw new StopError(
      `No ${record.kind} by ${metric} follows from the file of evaluation ${evaluation}`,
      { metrics: parsed.metrics.join(' '), twin: parsed.twin?.name ?? 'none' },
      'Do not believe this evaluation.',
    )
  const told = fieldsOf(computed)
  const fields = fieldsOf(record).map(([field, recorded]) => ({
    field,
    recorded,
    computed: told.find(([name]) => name === field)?.[1] ?? '',
  }))
  const paired =
    record.kind === 'benchmark' ? undefined : figuresOf(parsed).find((figures) => figures.metric === metric)?.twin
  return { fields, isRight: fields.every((each) => each.recorded === each.computed), paired: paired ?? null }
}

/** Field by field, nested ones by their path. */
function fieldsOf(record: EvaluationRecord | object, path = ''): readonly (readonly [string, string])[] {
  return Object.entries(record).flatMap(([name, value]) =>
    typeof value === 'object' && value !== null
      ? fieldsOf(value, `${path}${name}.`)
      : [[`${path}${name}`, String(value)] as const],
  )
}
