/**
 * Gradients of each row's log-odds with respect to the adapters, projected to a width that can be kept.
 *
 *     ∂m_i (24,576 numbers) = four outer products → u_i (2,048): the rank side whole, the long side by random signs
 *
 * For one yes or no everything else is a multiple: the loss gradient is (p − y) ∂m, the Gauss–Newton factor
 * √(p (1 − p)) ∂m, and the gradient of the log-odds of the first class as the answer is −∂m. Of more classes, a slope says which
 * of their columns are asked about.
 */
import type { Rows } from '../../../attribution/matrix.ts'
import { type OuterProducts, projectOuter, type Side } from '../../../attribution/projection.ts'
import type { FrozenOutputs } from '../base/adaptedLayers.ts'
import { HIDDEN, RANK, WIDTH } from './adapter.ts'
import { rowOf, type Scale } from './scale.ts'
import { MOST_ROWS, type RowFactors, type Tuner } from './tuner.ts'

/** The modules in the order in which their projections stand side by side. */
export const PROJECTED_MODULES = [
  'layers.1.feed_forward.output.lora_A',
  'layers.1.feed_forward.output.lora_B',
  'sentence_projection.lora_A',
  'sentence_projection.lora_B',
] as const

export const DEFAULT_PROJECTION_WIDTH = 2048

/** Widths are what the modules share out evenly, each its rank times the numbers kept of its long side. */
export const WIDTH_STEP: number = PROJECTED_MODULES.length * RANK

export interface ProjectionSettings {
  readonly width: number
  readonly seed: number
}

/** By its log-odds and its place among the rows, how much of each column's gradient a row is asked for. */
export type Slope = (m: Float64Array, place: number) => Float64Array

/** Projected Σ slope ∂m of the rows, in their order: (rows, width). */
export function projectedGradients(
  tuner: Tuner,
  data: FrozenOutputs,
  rows: readonly number[],
  { width, seed }: ProjectionSettings,
  scale: Scale,
  slope: Slope,
): Rows {
  const values = new Float32Array(rows.length * width)
  for (let from = 0; from < rows.length; from += MOST_ROWS) {
    const part = rows.slice(from, from + MOST_ROWS)
    const slopes = (logOdds: Float64Array): Float64Array => {
      const all = new Float64Array(logOdds.length)
      for (const place of part.keys()) rowOf(scale, all, place).set(slope(rowOf(scale, logOdds, place), from + place))
      return all
    }
    const modules = asModules(tuner.rowFactors(data, part, slopes), part.length, width / WIDTH_STEP)
    values.set(projectOuter(modules, part.length, seed).values, from * width)
  }
  return { n: rows.length, width, values }
}

function asModules(factors: RowFactors, n: number, keep: number): readonly OuterProducts[] {
  const whole = (values: Float32Array): Side => ({ rows: { n, width: RANK, values }, keep: RANK })
  const long = (values: Float32Array, width: number): Side => ({ rows: { n, width, values }, keep })
  return [
    { left: whole(factors.dA2), right: long(factors.hidden, HIDDEN) },
    { left: long(factors.dZ, WIDTH), right: whole(factors.a2) },
    { left: whole(factors.dA3), right: long(factors.z, WIDTH) },
    { left: long(factors.dH, WIDTH), right: whole(factors.a3) },
  ]
}
