import type { Hex } from 'viem'
import { abis } from '../../sdk/contracts.ts'
import type { ChainLog } from './contracts.ts'
import type { EvaluationRecorded } from './evaluationFacts.ts'
import { eventReader, text, unreachable } from './event.ts'
import type { EventOrigin } from './eventOrigin.ts'
import type { Fact } from './facts.ts'
import { uint8, uint32, uint64, wordAt } from './words.ts'

export const readEvaluations = eventReader(abis.evaluations, {
  InferenceRated: (topics, data) => ({
    batch: uint64(topics[1]),
    model: uint32(topics[2]),
    payer: uint32(topics[3]),
    index: uint32(wordAt(data, 0)),
    feeGwei: uint64(wordAt(data, 1)),
    stars: uint8(wordAt(data, 2)),
  }),
})

export function decodeEvaluations(log: ChainLog, origin: EventOrigin): Fact {
  const event = readEvaluations(log)
  switch (event.eventName) {
    case 'BenchmarkRecorded': {
      const { measured, task, taskVersion, configHash } = event.args.benchmark
      const row: EvaluationRecorded = {
        ...origin,
        ...evaluationOf(event.args),
        kind: 'Benchmark',
        ...measurementOf(measured),
        task: text(task),
        taskVersion: text(taskVersion),
        configHash,
      }
      return { table: 'evaluationRecorded', row }
    }
    case 'ProductionRecorded': {
      const { measured, firstBatch, lastBatch } = event.args.production
      const row: EvaluationRecorded = {
        ...origin,
        ...evaluationOf(event.args),
        kind: 'Production',
        ...measurementOf(measured),
        firstBatch,
        lastBatch,
      }
      return { table: 'evaluationRecorded', row }
    }
    case 'QuantisationLossRecorded': {
      const { measured, twinHash, twin, twinScore, gained, lost, meanKl } = event.args.loss
      const row: EvaluationRecorded = {
        ...origin,
        ...evaluationOf(event.args),
        kind: 'QuantisationLoss',
        ...measurementOf(measured),
        twinHash,
        twin: twin === 0 ? null : twin,
        twinScoreMillionths: twinScore.value,
        twinLowMillionths: twinScore.low,
        twinHighMillionths: twinScore.high,
        gained: BigInt(gained),
        lost: BigInt(lost),
        meanKlBillionths: meanKl,
      }
      return { table: 'evaluationRecorded', row }
    }
    case 'InferenceRated':
      return { table: 'inferenceRated', row: { ...origin, ...ratingOf(event.args) } }
    case 'RatingDropped':
      return { table: 'ratingDropped', row: { ...origin, ...ratingOf(event.args) } }
    default:
      return unreachable(event)
  }
}

interface Rated {
  readonly batch: bigint
  readonly index: number
  readonly model: number
  readonly payer: number
  readonly feeGwei: bigint
  readonly stars: number
}

function ratingOf({ batch, index, model, payer, feeGwei, stars }: Rated) {
  const of = { batch, position: BigInt(index), model, payer }
  return { ...of, feeGwei, stars: BigInt(stars) }
}

interface Measurement {
  readonly metric: string
  readonly datasetHash: Hex
  readonly score: { readonly value: bigint; readonly low: bigint; readonly high: bigint }
  readonly sampleCount: number
  readonly resultsHash: Hex
  readonly resultsURI: string
}

function evaluationOf(args: { readonly evaluation: bigint; readonly model: number; readonly evaluator: number }) {
  return { evaluation: args.evaluation, model: args.model, evaluator: args.evaluator }
}

/** The columns of every kind; those of some kinds are null. */
function measurementOf({ metric, datasetHash, score, sampleCount, resultsHash, resultsURI }: Measurement) {
  return {
    metric: text(metric),
    datasetHash,
    scoreMillionths: score.value,
    lowMillionths: score.low,
    highMillionths: score.high,
    sampleCount: BigInt(sampleCount),
    resultsHash,
    resultsUri: text(resultsURI),
    task: null,
    taskVersion: null,
    configHash: null,
    firstBatch: null,
    lastBatch: null,
    twinHash: null,
    twin: null,
    twinScoreMillionths: null,
    twinLowMillionths: null,
    twinHighMillionths: null,
    gained: null,
    lost: null,
    meanKlBillionths: null,
  }
}
