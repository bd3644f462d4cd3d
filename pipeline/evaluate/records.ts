/** An evaluation's file → what `Evaluations` records of it: a benchmark a metric, and what quantisation cost where it can be told. */
import type { Hex } from 'viem'
import { type ContractCall, callTo } from '../../sdk/contractCall.ts'
import type { Contracts } from '../../sdk/contracts.ts'
import type { Evaluation } from './evaluationFile.ts'
import { askedOf, figuresOf } from './figures.ts'
import type { Interval } from './interval.ts'

interface Score {
  readonly value: bigint
  readonly low: bigint
  readonly high: bigint
}

/** As `IEvaluations.Measurement`; scores are millionths. */
export interface Measurement {
  readonly metric: string
  readonly datasetHash: Hex
  readonly score: Score
  readonly sampleCount: number
  readonly resultsHash: Hex
  readonly resultsURI: string
}

export interface BenchmarkRecord {
  readonly kind: 'benchmark'
  readonly measured: Measurement
  readonly task: string
  readonly taskVersion: string
  readonly configHash: Hex
}

export interface QuantisationLossRecord {
  readonly kind: 'quantisation loss'
  readonly measured: Measurement
  readonly twinHash: Hex
  /** The twin's number, zero where it is not registered. */
  readonly twin: number
  readonly twinScore: Score
  readonly gained: number
  readonly lost: number
  /** In billionths of a nat. */
  readonly meanKl: bigint
}

export type EvaluationRecord = BenchmarkRecord | QuantisationLossRecord

export interface Records {
  readonly records: readonly EvaluationRecord[]
  /** Comparisons with the twin that no record can be made of, each with the reason. */
  readonly left: readonly string[]
}

/** @param results Where the file is: its keccak256 and an address. */
export function recordsOf(
  evaluation: Evaluation,
  results: { readonly hash: Hex; readonly uri: string },
  registeredTwin = 0,
): Records {
  const { task, taskVersion, twin } = evaluation
  const { sampleCount, datasetHash, configHash } = askedOf(evaluation)
  const left: string[] = []
  const records = figuresOf(evaluation).flatMap((figures): EvaluationRecord[] => {
    const measured: Measurement = {
      metric: figures.metric,
      datasetHash,
      score: millionths(figures.score),
      sampleCount,
      resultsHash: results.hash,
      resultsURI: results.uri,
    }
    if (figures.unpaired !== null) left.push(`quantisation loss by ${figures.metric} of ${task}: ${figures.unpaired}`)
    const benchmark: EvaluationRecord = { kind: 'benchmark', measured, task, taskVersion, configHash }
    if (twin === null || figures.twin === null) return [benchmark]
    const { score, gained, lost, meanKl } = figures.twin
    const loss: EvaluationRecord = {
      kind: 'quantisation loss',
      measured,
      twinHash: twin.weightsHash,
      twin: registeredTwin,
      twinScore: millionths(score),
      gained,
      lost,
      meanKl: BigInt(Math.round(meanKl * 1e9)),
    }
    return [benchmark, loss]
  })
  return { records, left }
}

export function recordAct({ evaluations }: Contracts, model: number, record: EvaluationRecord): ContractCall {
  const { kind, ...fields } = record
  return kind === 'benchmark'
    ? callTo(evaluations, 'recordBenchmark', [model, fields as Omit<BenchmarkRecord, 'kind'>])
    : callTo(evaluations, 'recordQuantisationLoss', [model, fields as Omit<QuantisationLossRecord, 'kind'>])
}

function millionths({ value, low, high }: Interval): Score {
  const whole = (x: number) => BigInt(Math.round(x * 1e6))
  return { value: whole(value), low: whole(low), high: whole(high) }
}
