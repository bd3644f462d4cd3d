import { describe, expect, it } from 'vitest'
import { blocksOf } from '../../../attribution/fast/rowBlocks.ts'
import type { Rows } from '../../../attribution/matrix.ts'
import { randomSource } from '../../../attribution/random.ts'
import { fitSketcher, mapGradient, sketchRows } from '../../../attribution/sketcher.ts'
import { sketchGradients } from '../../../pipeline/publish/sketches.ts'
import { DEFAULT_SKETCH } from '../../../pipeline/train/emit/describeRun.ts'

function drawRows(n: number, width: number, seed: number): Rows {
  const next = randomSource(seed)
  return { n, width, values: Float32Array.from({ length: n * width }, () => next() / 2 ** 31 - 1) }
}

describe('the sketches of a run', () => {
  it('are those of the plain mathematics, in this thread and in several', async () => {
    const [u, v] = [drawRows(400, 300, 1), drawRows(400, 300, 2)]
    const { source: _source, ...settings } = DEFAULT_SKETCH
    const sketcher = fitSketcher({ u, v }, settings)
    const values = Float32Array.from(
      Array.from({ length: u.n }, (_, row) => u.values.subarray(row * u.width, (row + 1) * u.width)).flatMap(
        (gradient) => [...mapGradient(sketcher, gradient, -1)],
      ),
    )
    const mapped = { n: u.n, width: settings.dims, values }
    const expected = { sketcher, codes: sketchRows(sketcher, u), mapped }
    for (const workers of [0, 1, 3]) {
      expect(await sketchGradients({ u: blocksOf(u), v: blocksOf(v) }, DEFAULT_SKETCH, workers)).toEqual(expected)
    }
  })
})
