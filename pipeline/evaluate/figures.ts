/** An evaluation's file → the figures of its records, computed from its samples alone. */
import { type Hex, zeroHash } from 'viem'
import { keccak } from '../../attribution/keccak.ts'
import { hashOfConfig } from '../import/configHash.ts'
import { divergence } from './divergence.ts'
import type { EvaluatedSample, Evaluation } from './evaluationFile.ts'
import { type Interval, intervalOf, isRightOrWrong } from './interval.ts'

/** What was asked: the same for every metric. */
export interface Asked {
  readonly sampleCount: number
  /** keccak256 of the samples' hashes in the order in which they were asked, a line each. */
  readonly datasetHash: Hex
  /** Zero where no configuration was kept. */
  readonly configHash: Hex
}

export interface TwinFigures {
  readonly score: Interval
  /** Samples that only the quantised model got right, and that only its twin did. */
  readonly gained: number
  readonly lost: number
  /** In nats. */
  readonly meanKl: number
}

export interface MetricFigures {
  readonly metric: string
  readonly score: Interval
  /** Null without a twin, or where `unpaired` says why there is no comparison. */
  readonly twin: TwinFigures | null
  readonly unpaired: string | null
}

export function askedOf({ samples, config }: Evaluation): Asked {
  return {
    sampleCount: samples.length,
    datasetHash: keccak(new TextEncoder().encode(samples.map(({ sample }) => `${sample}\n`).join(''))),
    configHash: config === null ? zeroHash : hashOfConfig(config),
  }
}

export function figuresOf(evaluation: Evaluation): readonly MetricFigures[] {
  const { metrics, samples, twin } = evaluation
  return metrics.map((metric, place) => {
    const scores = samples.map(({ model }) => model.scores[place] as number)
    const score = intervalOf(scores)
    if (twin === null) return { metric, score, twin: null, unpaired: null }
    const twinScores = samples.map((sample) => sample.twin?.scores[place] as number)
    const unpaired = unpairedBecause(scores, twinScores, samples)
    if (unpaired !== null) return { metric, score, twin: null, unpaired }
    const count = (counts: (own: number, other: number) => boolean) =>
      scores.filter((own, i) => counts(own, twinScores[i] as number)).length
    return {
      metric,
      score,
      unpaired: null,
      twin: {
        score: intervalOf(twinScores),
        gained: count((own, other) => own > other),
        lost: count((own, other) => own < other),
        meanKl: meanDivergence(samples),
      },
    }
  })
}

function unpairedBecause(
  scores: readonly number[],
  twinScores: readonly number[],
  samples: readonly EvaluatedSample[],
): string | null {
  if (!isRightOrWrong(scores) || !isRightOrWrong(twinScores))
    return 'its samples are not right or wrong, so none can flip'
  if (samples.some(({ model, twin }) => model.logits === null || twin?.logits === null))
    return 'the task offers no list of answers to compare the probabilities of'
  return null
}

function meanDivergence(samples: readonly EvaluatedSample[]): number {
  const total = samples.reduce((sum, { model, twin }) => sum + divergence(model.logits ?? [], twin?.logits ?? []), 0)
  return total / samples.length
}
