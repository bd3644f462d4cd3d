import type { Hex } from 'viem'
import type { EventOrigin } from './eventOrigin.ts'

/**
 * Evaluations of models and ratings by payers. Scores and intervals are millionths and may be
 * negative.
 */

export type EvaluationKind = 'Benchmark' | 'Production' | 'QuantisationLoss'

/** What does not belong to an evaluation's kind is null. */
export interface EvaluationRecorded extends EventOrigin {
  readonly evaluation: bigint
  readonly kind: EvaluationKind
  readonly model: number
  readonly evaluator: number
  readonly metric: string
  readonly datasetHash: Hex
  readonly scoreMillionths: bigint
  readonly lowMillionths: bigint
  readonly highMillionths: bigint
  readonly sampleCount: bigint
  readonly resultsHash: Hex
  readonly resultsUri: string
  readonly task: string | null
  readonly taskVersion: string | null
  readonly configHash: Hex | null
  readonly firstBatch: bigint | null
  readonly lastBatch: bigint | null
  readonly twinHash: Hex | null
  /** Null also where the twin is not registered. */
  readonly twin: number | null
  readonly twinScoreMillionths: bigint | null
  readonly twinLowMillionths: bigint | null
  readonly twinHighMillionths: bigint | null
  readonly gained: bigint | null
  readonly lost: bigint | null
  readonly meanKlBillionths: bigint | null
}

export interface InferenceRated extends EventOrigin {
  readonly batch: bigint
  readonly position: bigint
  readonly model: number
  readonly payer: number
  readonly feeGwei: bigint
  readonly stars: bigint
}

/** A rating was removed because its record was voided. */
export interface RatingDropped extends EventOrigin {
  readonly batch: bigint
  readonly position: bigint
  readonly model: number
  readonly payer: number
  readonly feeGwei: bigint
  readonly stars: bigint
}

export interface EvaluationFacts {
  evaluationRecorded: EvaluationRecorded
  inferenceRated: InferenceRated
  ratingDropped: RatingDropped
}
