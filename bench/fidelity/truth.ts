/**
 * What rows are worth, by training without them: on halves of the rows, and without single ones.
 *
 * Margins of the test images (n) by retraining. Seeds of weights and batches are those of the whole training, so that nothing but
 * the rows differs.
 */
import { createRandom, shuffled } from '../../pipeline/math/random.ts'
import type { Images } from './digits.ts'
import { type Architecture, layersOf, margins, train, type Weights } from './network.ts'

export interface World {
  readonly images: Images
  readonly test: Images
  readonly architecture: Architecture
  readonly seed: number
}

export interface Retrained {
  /** Rows that were trained on. */
  readonly rows: ReadonlySet<number>
  readonly weights: Weights
  /** (tests) */
  readonly margins: Float64Array
}

/** Trainings on random halves of the rows. */
export function retrainOnHalves(world: World, count: number): readonly Retrained[] {
  const random = createRandom(world.seed, 'halves')
  const all = Array.from({ length: world.images.n }, (_, row) => row)
  return Array.from({ length: count }, () => {
    const rows = new Set(shuffled(all, random).slice(0, all.length >> 1))
    return { rows, ...retrain(world, (row) => rows.has(row)) }
  })
}

export interface LeftOut {
  readonly rows: readonly number[]
  /** By left-out row, what it does to the margins (tests). */
  readonly effects: readonly Float64Array[]
}

/** Trainings without one of so many rows, drawn at random. */
export function leaveRowsOut(world: World, whole: Float64Array, count: number): LeftOut {
  const random = createRandom(world.seed, 'left out')
  const rows = shuffled(
    Array.from({ length: world.images.n }, (_, row) => row),
    random,
  ).slice(0, count)
  const effects = rows.map((left) => {
    const without = retrain(world, (row) => row !== left).margins
    return whole.map((margin, i) => margin - (without[i] as number))
  })
  return { rows, effects }
}

export function retrain(
  { images, test, architecture, seed }: World,
  includes: (row: number) => boolean,
  labels: Uint8Array = test.labels,
): { readonly weights: Weights; readonly margins: Float64Array } {
  const weights = train(images, architecture, { seed, includes })
  return { weights, margins: margins(weights, test, layersOf(architecture, images.width), labels) }
}
