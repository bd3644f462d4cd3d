import { answered } from '../../evaluate/evaluationFile.ts'
import type { FrozenOutputs } from '../base/adaptedLayers.ts'
import { type ProjectionSettings, projectedGradients } from './projectedGradients.ts'
import { logitsOf, marginOf, marginSlope, rowOf, type Scale, TWO_CLASSES } from './scale.ts'
import type { Tuner } from './tuner.ts'

/** What a model says of a text, and which way its adapters would have to go to say it louder. */
export interface AnswerGradient {
  /** The place of the class answered. */
  readonly label: number
  /** What the answer stands for: its class; the half of an ordered scale. */
  readonly side: number
  /** Of that; at least zero with two classes or an ordered scale. */
  readonly logOdds: number
  /** The row's own columns. */
  readonly columns: Float64Array
  /** Projected gradient of those log-odds (width). */
  readonly gradient: Float32Array
}

/** The answer to each row, with its gradient under the training rows' own projection. */
export function answerGradients(
  tuner: Tuner,
  data: FrozenOutputs,
  rows: readonly number[],
  projection: ProjectionSettings,
  scale: Scale = TWO_CLASSES,
): readonly AnswerGradient[] {
  const logOdds = tuner.logOdds(data, rows)
  const answers = rows.map((_, i) => answerTo(scale, rowOf(scale, logOdds, i)))
  const { width, values } = projectedGradients(tuner, data, rows, projection, scale, (m, i) =>
    marginSlope(scale, m, answers[i]?.side ?? 0),
  )
  return answers.map((answer, i) => ({ ...answer, gradient: values.slice(i * width, (i + 1) * width) }))
}

function answerTo(scale: Scale, columns: Float64Array) {
  const label = answered(logitsOf(scale, columns))
  const side = scale.ordered ? ((columns[0] as number) > 0 ? 1 : 0) : label
  return { label, side, logOdds: marginOf(scale, columns, side), columns }
}
