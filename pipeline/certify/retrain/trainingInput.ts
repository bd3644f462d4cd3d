/** What is retrained again and again: one data set in its frozen form, and the settings that the run was trained with. */
import { createHash } from 'node:crypto'
import type { FrozenOutputs } from '../../train/base/adaptedLayers.ts'
import type { TrainingSettings } from '../../train/lora/fineTune.ts'
import type { Scale } from '../../train/lora/scale.ts'

/** All arrays lie in shared memory, so that worker threads need no copies. */
export interface TrainingInput {
  /** Training texts by row, then held-out ones. */
  readonly data: FrozenOutputs
  /** (512, 512) */
  readonly sentenceProjection: Float32Array
  /** Of the training rows, the places of their classes. */
  readonly labels: Uint8Array
  readonly scale: Scale
  /** Who brought each training row. */
  readonly contributorOf: Uint32Array
  /** By training row, 1 where it took part in the run's last training, 0 of a near-copy that was dropped before. */
  readonly trainedOn: Uint8Array
  readonly settings: TrainingSettings
}

/** One training from a fresh start, with some contributors left out. */
export interface Retraining {
  readonly seed: number
  /** Ascending. */
  readonly without: readonly number[]
}

export function shareInput({
  data,
  sentenceProjection,
  labels,
  scale,
  contributorOf,
  trainedOn,
  settings,
}: TrainingInput): TrainingInput {
  return {
    data: { count: data.count, hidden: shared(data.hidden), z0: shared(data.z0), h0: shared(data.h0) },
    sentenceProjection: shared(sentenceProjection),
    labels: shared(labels),
    scale,
    contributorOf: shared(contributorOf),
    trainedOn: shared(trainedOn),
    settings,
  }
}

/** Names everything that a retraining's outcome depends on, apart from its seed and who is left out. */
export function inputDigest({
  data,
  sentenceProjection,
  labels,
  scale,
  contributorOf,
  trainedOn,
  settings,
}: TrainingInput): string {
  // Two classes are what a digest without a scale stands for: that is how they were named before there were others.
  const named = scale.classes === 2 ? settings : { ...settings, ...scale }
  const hash = createHash('sha256').update(JSON.stringify(named))
  for (const { buffer, byteOffset, byteLength } of [
    ...[data.hidden, data.z0, data.h0, sentenceProjection],
    labels,
    contributorOf,
    trainedOn,
  ])
    hash.update(new Uint8Array(buffer, byteOffset, byteLength))
  return hash.digest('hex')
}

function shared<T extends Float32Array | Uint8Array | Uint32Array>(values: T): T {
  const Typed = values.constructor as new (buffer: SharedArrayBuffer) => T
  const copy = new Typed(new SharedArrayBuffer(values.byteLength))
  copy.set(values)
  return copy
}
