// From gradients that come in blocks to a sketcher and to sketches: `fitSketcher` and `sketchRows` to the last bit,
// with no more than a block of gradients in memory.
//
// u, v (n × w) → map (k × w); u (n × w) → codes (n × k)

import { addSquares, type Fit, type Pass } from '../rowPasses.ts'
import { type Sketcher, type SketchSettings, sketcherFit } from '../sketcher.ts'
import { gramBands, gramSum, wholeGram } from './gram.ts'
import { powerSum } from './power.ts'
import type { RowBlocks, RowSum } from './rowBlocks.ts'
import { type SketchedBlock, sketchMap } from './sketchMap.ts'

/** Projected gradients of a run: `u` of every row's loss, `v` the factors of its curvature. */
export type GradientBlocks = { readonly u: RowBlocks; readonly v: RowBlocks }

export function fitSketcherFast({ u, v }: GradientBlocks, settings: SketchSettings): Sketcher {
  const rows = settings.curvature === 'fisher' ? u : v
  return fitOver(rows, sketcherFit(rows, settings))
}

/** The sketches of all rows, block after block. */
export function* sketchBlocks(sketcher: Sketcher, rows: RowBlocks): Generator<SketchedBlock> {
  const sketch = sketchMap(sketcher)
  for (const block of rows.blocks()) yield sketch(block)
}

function fitOver<T>(rows: RowBlocks, fit: Fit<T>): T {
  let step = fit.next()
  while (!step.done) step = fit.next(passOver(rows, step.value))
  return step.value
}

function passOver(rows: RowBlocks, pass: Pass): Float64Array {
  switch (pass.kind) {
    case 'squares':
      return Float64Array.of(squaresOf(rows))
    case 'gram':
      return wholeGram(
        gramBands(rows.width, 1).map((band) => summed(rows, gramSum(rows.width, band))),
        rows.width,
      )
    case 'power':
      return summed(rows, powerSum(pass.basis, pass.k, rows.width))
  }
}

function summed({ blocks }: RowBlocks, sum: RowSum): Float64Array {
  for (const block of blocks()) sum.add(block)
  return sum.result()
}

export function squaresOf({ n, width, blocks }: RowBlocks): number {
  let [sum, row] = [0, 0]
  for (const values of blocks()) {
    sum = addSquares(sum, { n, width, values }, row)
    row += values.length / width
  }
  return sum
}
