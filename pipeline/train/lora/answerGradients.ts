import type { FrozenOutputs } from '../base/adaptedLayers.ts'
import { type ProjectionSettings, projectedGradients } from './projectedGradients.ts'
import type { Tuner } from './tuner.ts'

/** What a model says of a text, and which way its adapters would have to go to say it louder. */
export interface AnswerGradient {
  /** Whether the answer is the second of the task's classes. */
  readonly isSecond: boolean
  /** Of the answer given, at least zero. */
  readonly logOdds: number
  /** Projected gradient of that log-odds (width). */
  readonly gradient: Float32Array
}

/** The answer to each row, with its gradient under the training rows' own projection. */
export function answerGradients(
  tuner: Tuner,
  data: FrozenOutputs,
  rows: readonly number[],
  projection: ProjectionSettings,
): readonly AnswerGradient[] {
  const margins = tuner.logOdds(data, rows)
  const { width, values } = projectedGradients(tuner, data, rows, projection)
  return Array.from(margins, (m, i) => {
    const sign = m > 0 ? 1 : -1
    return {
      isSecond: m > 0,
      logOdds: Math.abs(m),
      gradient: values.slice(i * width, (i + 1) * width).map((value) => sign * value),
    }
  })
}
