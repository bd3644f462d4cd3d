/** An evaluation's file → the figures of its records, and what stands beside them, computed from its samples alone. */
import { type Hex, zeroHash } from 'viem'
import { keccak } from '../../attribution/keccak.ts'
import { hashOfConfig } from '../import/configHash.ts'
import { mcnemar, pairedDifference, type Table } from '../statistics/paired.ts'
import { type Divergence, divergence, summarise } from './divergence.ts'
import { ACCURACY, answered, type EvaluatedAnswer, type EvaluatedSample, type Evaluation } from './evaluationFile.ts'
import { type Interval, intervalOf, isRightOrWrong } from './interval.ts'

/** What was asked: the same for every metric. */
export interface Asked {
  readonly sampleCount: number
  /** keccak256 of the samples' hashes in the order of the file, a line each. */
  readonly datasetHash: Hex
  /** Zero where no configuration was kept. */
  readonly configHash: Hex
}

export interface TwinFigures {
  readonly score: Interval
  /** Samples that only the quantised model got right, and that only its twin did. */
  readonly gained: number
  readonly lost: number
  /** Samples that both got wrong, with different answers; null where the metric's answers are not in the file. */
  readonly otherWrong: number | null
  /** The model's score less its twin's, with Newcombe's interval; and how likely so uneven flips are where nothing was lost. */
  readonly difference: Interval
  readonly mcnemar: number
  /** In nats: the model's answers from its twin's, as recorded, and the other way round. */
  readonly meanKl: number
  readonly fromTwin: Divergence
  readonly ofTwin: Divergence
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

export function figuresOf({ metrics, samples, twin }: Evaluation): readonly MetricFigures[] {
  return metrics.map((metric, place) => {
    const scores = samples.map(({ model }) => model.scores[place] as number)
    const score = intervalOf(scores)
    if (twin === null) return { metric, score, twin: null, unpaired: null }
    const twinScores = samples.map((sample) => sample.twin?.scores[place] as number)
    const unpaired = unpairedBecause(scores, twinScores, samples)
    if (unpaired !== null) return { metric, score, twin: null, unpaired }
    const table = tableOf(scores, twinScores)
    const fromTwin = divergences(samples, (own, other) => divergence(own, other))
    return {
      metric,
      score,
      unpaired: null,
      twin: {
        score: intervalOf(twinScores),
        gained: table.modelOnly,
        lost: table.twinOnly,
        otherWrong: otherWrong(samples, metric, place),
        difference: pairedDifference(table),
        mcnemar: mcnemar(table),
        meanKl: fromTwin.mean,
        fromTwin,
        ofTwin: divergences(samples, (own, other) => divergence(other, own)),
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

function tableOf(scores: readonly number[], twinScores: readonly number[]): Table {
  const count = (own: number, other: number) =>
    scores.filter((score, i) => score === own && twinScores[i] === other).length
  return { bothRight: count(1, 1), modelOnly: count(1, 0), twinOnly: count(0, 1), bothWrong: count(0, 0) }
}

/** Two right answers may be different words for the same; two wrong ones are a change that no score shows. */
function otherWrong(samples: readonly EvaluatedSample[], metric: string, place: number): number | null {
  let count = 0
  for (const { model, twin } of samples) {
    const [own, other] = [model, twin as EvaluatedAnswer].map((answer) => answerOf(answer, metric, place))
    if (own === null || other === null || own === undefined || other === undefined) return null
    if (model.scores[place] === 0 && twin?.scores[place] === 0 && own !== other) count++
  }
  return count
}

/** Which answer a metric took: of accuracy the likeliest; of others what the file says. */
function answerOf({ answers, logits }: EvaluatedAnswer, metric: string, place: number): number | null {
  const told = answers?.[place]
  if (told !== undefined && told !== null) return told
  return metric === ACCURACY && logits !== null ? answered(logits) : null
}

function divergences(
  samples: readonly EvaluatedSample[],
  between: (own: readonly number[], other: readonly number[]) => number,
): Divergence {
  return summarise(samples.map(({ model, twin }) => between(model.logits ?? [], twin?.logits ?? [])))
}
