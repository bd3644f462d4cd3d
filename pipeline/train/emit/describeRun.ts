/** What the manifest of an embedded run says, apart from the hashes of its files. */
import type { Hex } from 'viem'
import { DEFAULT_SKETCH_SETTINGS } from '../../../attribution/sketcher.ts'
import { type EmbeddedManifest, type Evaluation, RUN_FORMAT, type SketchManifest } from '../../run/manifest.ts'
import { NF4_BLOCK } from '../base/nf4.ts'
import { BASE_MODEL, BASE_WEIGHTS_SHA256 } from '../base/package.ts'
import { ALPHA, RANK } from '../lora/adapter.ts'
import type { TrainingSettings } from '../lora/fineTune.ts'
import { PROJECTED_MODULES, type ProjectionSettings } from '../lora/projectedGradients.ts'
import { MAIL } from '../tasks/mail/mail.ts'
import type { Labelling } from '../tasks/task.ts'
import { MODULES_TO_SAVE, TARGET_MODULES } from './peftAdapter.ts'

export const DEFAULT_SKETCH: SketchManifest = {
  source: 'gradient',
  ...copyOf(DEFAULT_SKETCH_SETTINGS),
}

/** What was asked for. */
export interface Asked {
  readonly contributions: readonly { readonly id: Hex; readonly items: readonly unknown[] }[]
  readonly versions: readonly string[]
  readonly seed: number
  readonly sketch?: SketchManifest
  readonly task: Labelling
}

/** What came of it. */
export interface Made {
  readonly training: TrainingSettings
  readonly projection: ProjectionSettings
  readonly evaluation: Evaluation
  readonly rows: number
  readonly kept: number
  readonly maxTokens: number
}

export function describeRun(
  { contributions, versions, seed, sketch = DEFAULT_SKETCH, task }: Asked,
  made: Made,
): Omit<EmbeddedManifest, 'files'> {
  return {
    format: RUN_FORMAT,
    // A manifest that names none is of mail, the only task when the format was made.
    ...(task === MAIL
      ? {}
      : {
          task: {
            name: task.name,
            classes: [...task.classes],
            ...(task.ordered === true && { ordered: true as const }),
          },
        }),
    base: {
      name: BASE_MODEL.name,
      source: `npm ${BASE_MODEL.package}`,
      revision: BASE_MODEL.revision,
      licence: BASE_MODEL.licence,
      weightsSha256: BASE_WEIGHTS_SHA256,
    },
    method: 'qlora',
    quantisation: { scheme: 'nf4', bits: 4, doubleQuant: true, blockSize: NF4_BLOCK },
    lora: { rank: RANK, alpha: ALPHA, targetModules: [...TARGET_MODULES], modulesToSave: [...MODULES_TO_SAVE] },
    training: { optimiser: 'adamw', schedule: 'linear', seed, ...made.training, maxTokens: made.maxTokens },
    dataset: {
      versions: [...versions],
      rows: made.rows,
      kept: made.kept,
      contributions: contributions.map(({ id, items }) => ({ id, items: items.length })),
    },
    projection: { kind: 'two-sided', ...made.projection, modules: [...PROJECTED_MODULES] },
    sketch,
    evaluation: made.evaluation,
  }
}

/** The manifest's lists can be written to, so that they can be parsed; the defaults' cannot. */
function copyOf(settings: typeof DEFAULT_SKETCH_SETTINGS) {
  return settings.method === 'pca' ? { ...settings, damping: [...settings.damping] } : { ...settings }
}
