/** What attribution needs of every training row: its projected loss gradient, and its factor of the Gauss–Newton matrix. */
import type { Rows } from '../../../attribution/matrix.ts'
import type { Gradients } from '../../../attribution/sketcher.ts'
import type { FrozenOutputs } from '../base/adaptedLayers.ts'
import { type ProjectionSettings, projectedGradients } from './projectedGradients.ts'
import { questionOf, rowOf, type Scale, TWO_CLASSES } from './scale.ts'
import type { Tuner } from './tuner.ts'

/**
 * u_i = (p_i − y_i) ∂m_i and v_i = √(p_i (1 − p_i)) ∂m_i for rows 0 … labels.length − 1, each the yes or no of its own label.
 * @param trainedOn By row. The curvature is that of what was trained on: v_i = 0 of any other row.
 */
export function rowGradients(
  tuner: Tuner,
  data: FrozenOutputs,
  labels: Uint8Array,
  projection: ProjectionSettings,
  trainedOn: readonly boolean[],
  scale: Scale = TWO_CLASSES,
): Gradients {
  const rows = Array.from(labels, (_, row) => row)
  const logOdds = tuner.logOdds(data, rows)
  const question = (m: Float64Array, row: number) => questionOf(scale, m, labels[row] as number)
  const asked = rows.map((row) => question(rowOf(scale, logOdds, row), row))
  const margins = projectedGradients(tuner, data, rows, projection, scale, (m, row) => question(m, row).slope)
  return {
    u: scaleRows(margins, (row) => {
      const { p, y } = asked[row] as (typeof asked)[number]
      return p - y
    }),
    v: scaleRows(margins, (row) => {
      const { p } = asked[row] as (typeof asked)[number]
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
