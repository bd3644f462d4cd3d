import { blocksOf } from '../../../attribution/fast/rowBlocks.ts'
import { fitSketcherFast } from '../../../attribution/fast/sketcher.ts'
import type { Rows } from '../../../attribution/matrix.ts'
import { fitTo } from '../../../attribution/passes.ts'
import { principalSubspace } from '../../../attribution/pca.ts'
import {
  DEFAULT_SKETCH_SETTINGS,
  type Gradients,
  mapGradient,
  type SketchSettings,
} from '../../../attribution/sketcher.ts'
import { squaredLength } from '../../../attribution/vectors.ts'
import type { Examined } from '../../../pipeline/certify/examine.ts'
import { rowAt } from '../../../pipeline/certify/sketched.ts'
import { fineTune, type TrainingSettings } from '../../../pipeline/train/lora/fineTune.ts'
import { type ProjectionSettings, projectedGradients } from '../../../pipeline/train/lora/projectedGradients.ts'
import { rowGradients } from '../../../pipeline/train/lora/rowGradients.ts'
import { createTuner } from '../../../pipeline/train/lora/tuner.ts'

/** What rows and served answers are compared by, before anything is rounded: a positive product means "made it likelier". */
export interface Vectors {
  readonly rows: readonly Float32Array[]
  readonly queries: readonly Float32Array[]
}

export function fromGradients(
  gradients: Gradients,
  queries: readonly Float32Array[],
  settings: Partial<SketchSettings> = {},
): Vectors {
  const { u, v } = gradients
  const fitted = { ...DEFAULT_SKETCH_SETTINGS, ...settings } as SketchSettings
  const sketcher = fitSketcherFast({ u: blocksOf(u), v: blocksOf(v) }, fitted)
  return {
    rows: Array.from({ length: u.n }, (_, row) => mapGradient(sketcher, rowAt(u, row), -1)),
    queries: queries.map((query) => mapGradient(sketcher, query, 1)),
  }
}

/** The same model trained once more, from another seed or for fewer epochs, seen through its own gradients. */
export function fromRetrained(
  { subject, given }: Examined,
  projection: ProjectionSettings,
  seed: number,
  training: Partial<TrainingSettings>,
  dims: number,
): Vectors {
  const { data, labels, settings, sentenceProjection } = subject
  const tuner = createTuner(sentenceProjection)
  fineTune(tuner, data, labels, { seed, settings: { ...settings, ...training }, trained: 'adapters and head' })
  const answers = Array.from(given, (_, answer) => labels.length + answer)
  const margins = projectedGradients(tuner, data, answers, projection)
  const queries = answers.map((_, i) => rowAt(margins, i).map((x) => x * (given[i] as number)))
  return fromGradients(rowGradients(tuner, data, labels, projection), queries, { dims })
}

/** Label-signed representations: what the base makes of the texts, centred and whitened, each with the sign of its label. */
export function fromRepresentations({ subject, given }: Examined, damping: number, dims: number): Vectors {
  const { data, labels } = subject
  const width = data.z0.length / data.count
  const mean = new Float64Array(width)
  for (let row = 0; row < labels.length; row++)
    for (let d = 0; d < width; d++) mean[d] = (mean[d] as number) + (data.z0[row * width + d] as number) / labels.length
  const centred = Float32Array.from(data.z0, (x, i) => x - (mean[i % width] as number))
  const rows: Rows = { n: labels.length, width, values: centred.slice(0, labels.length * width) }
  const { values, basis } = fitTo(rows, principalSubspace(rows, dims, 2, 1))
  const trace = squaredLength(rows.values) / rows.n
  const scales = values.map((value) => 1 / Math.sqrt(Math.max(value, 0) + damping * trace))
  const mapped = (text: number, sign: number): Float32Array =>
    Float32Array.from(scales, (scale, k) => {
      let sum = 0
      for (let d = 0; d < width; d++) sum += (basis[k * width + d] as number) * (centred[text * width + d] as number)
      return sign * scale * sum
    })
  return {
    rows: Array.from(labels, (label, row) => mapped(row, label === 1 ? 1 : -1)),
    queries: Array.from(given, (sign, answer) => mapped(labels.length + answer, sign)),
  }
}

/** Several views side by side, each row and query of unit length in each. */
export function sideBySide(views: readonly Vectors[]): Vectors {
  const join = (of: (view: Vectors) => readonly Float32Array[]): readonly Float32Array[] => {
    const [first = []] = views.map(of)
    return first.map((_, i) => Float32Array.from(views.flatMap((view) => unit(of(view)[i] ?? new Float32Array()))))
  }
  return { rows: join(({ rows }) => rows), queries: join(({ queries }) => queries) }
}

function unit(vector: Float32Array): readonly number[] {
  const length = Math.sqrt(squaredLength(vector)) || 1
  return Array.from(vector, (x) => x / length)
}
