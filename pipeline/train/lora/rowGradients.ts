/** What attribution needs of every training row: its projected loss gradient, and its factor of the Gauss–Newton matrix. */
import type { Rows } from '../../../attribution/matrix.ts'
import type { Gradients } from '../../../attribution/sketcher.ts'
import { logistic } from '../../math/elementary.ts'
import type { FrozenOutputs } from '../base/adaptedLayers.ts'
import { type ProjectionSettings, projectedGradients } from './projectedGradients.ts'
import type { Tuner } from './tuner.ts'

/**
 * u_i = (p_i − y_i) ∂m_i and v_i = √(p_i (1 − p_i)) ∂m_i for rows 0 … labels.length − 1, labels 1 for the second class.
 * @param trainedOn By row. The curvature is that of what was trained on: v_i = 0 of any other row.
 */
export function rowGradients(
  tuner: Tuner,
  data: FrozenOutputs,
  labels: Uint8Array,
  projection: ProjectionSettings,
  trainedOn: readonly boolean[],
): Gradients {
  const rows = Array.from(labels, (_, row) => row)
  const probabilities = tuner.logOdds(data, rows).map(logistic)
  const margins = projectedGradients(tuner, data, rows, projection)
  return {
    u: scaleRows(margins, (row) => (probabilities[row] as number) - (labels[row] as number)),
    v: scaleRows(margins, (row) => {
      const p = probabilities[row] as number
      return trainedOn[row] ? Math.sqrt(p * (1 - p)) : 0
    }),
  }
}

function scaleRows({ n, width, values }: Rows, factor: (row: number) => number): Rows {
  const scaled = new Float32Array(values.length)
  for (let row = 0; row < n; row++) {
    const by = factor(row)
    for (let j = row * width; j < (row + 1) * width; j++) scaled[j] = by * (values[j] as number)
  }
  return { n, width, values: scaled }
}
