/** The training whose model is served: on the rows that are kept, with the sketches of all rows that come of it. */
import { blocksOf } from '../../attribution/fast/rowBlocks.ts'
import type { Gradients } from '../../attribution/sketcher.ts'
import { type SketchedRows, sketchGradients } from '../publish/sketches.ts'
import type { SketchManifest } from '../run/manifest.ts'
import type { FrozenOutputs } from './base/adaptedLayers.ts'
import type { Adapter } from './lora/adapter.ts'
import { type EpochReport, fineTune, type TrainingSettings } from './lora/fineTune.ts'
import type { ProjectionSettings } from './lora/projectedGradients.ts'
import { rowGradients } from './lora/rowGradients.ts'
import { type Scale, TWO_CLASSES } from './lora/scale.ts'
import type { Tuner } from './lora/tuner.ts'
import { type LastTraining, trainWithoutCopies } from './withoutCopies.ts'

export interface KeptTraining {
  readonly seed: number
  /** What labels stand for; two classes unless told. */
  readonly scale?: Scale
  readonly settings: TrainingSettings
  readonly projection: ProjectionSettings
  readonly sketch: SketchManifest
  readonly onEpoch?: (report: EpochReport) => void
}

export interface TrainedRows extends SketchedRows {
  readonly adapter: Adapter
  /** Of every epoch. */
  readonly reports: readonly EpochReport[]
  readonly gradients: Gradients
}

/**
 * Trains on rows 0 … labels.length − 1 of the data, which are in the order of acceptance, until its near-copies are none of what it
 * was trained on. The tuner holds the last training's adapter afterwards.
 */
export function trainOnKept(
  tuner: Tuner,
  data: FrozenOutputs,
  labels: Uint8Array,
  training: KeptTraining,
): Promise<LastTraining<TrainedRows>> {
  return trainWithoutCopies(labels.length, (kept) => trainOnRows(tuner, data, labels, kept, training))
}

/** Trains from a fresh start on the rows that are kept, and sketches all of them. */
export async function trainOnRows(
  tuner: Tuner,
  data: FrozenOutputs,
  labels: Uint8Array,
  kept: readonly boolean[],
  { seed, scale = TWO_CLASSES, settings, projection, sketch, onEpoch }: KeptTraining,
): Promise<TrainedRows> {
  const reports: EpochReport[] = []
  const adapter = fineTune(tuner, data, labels, {
    seed,
    scale,
    settings,
    trained: 'adapters and head',
    includes: (row) => kept[row] as boolean,
    onEpoch: (report) => {
      reports.push(report)
      onEpoch?.(report)
    },
  })
  const gradients = rowGradients(tuner, data, labels, projection, kept, scale)
  const sketched = await sketchGradients({ u: blocksOf(gradients.u), v: blocksOf(gradients.v) }, sketch)
  return { adapter, reports, gradients, ...sketched }
}
