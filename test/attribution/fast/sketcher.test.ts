import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { gramBands, gramSum, wholeGram } from '../../../attribution/fast/gram.ts'
import { powerSum } from '../../../attribution/fast/power.ts'
import { blocksOf, type RowBlocks } from '../../../attribution/fast/rowBlocks.ts'
import { fitSketcherFast, sketchBlocks } from '../../../attribution/fast/sketcher.ts'
import type { SketchedBlock } from '../../../attribution/fast/sketchMap.ts'
import { openSketchPool } from '../../../attribution/fast/sketchPool.ts'
import { combine, coordinates, type Rows } from '../../../attribution/matrix.ts'
import { randomSource } from '../../../attribution/random.ts'
import { fitSketcher, mapGradient, type SketchSettings, sketchRows } from '../../../attribution/sketcher.ts'

function drawRows(n: number, width: number, seed: number): Rows {
  const next = randomSource(seed)
  const values = Float32Array.from({ length: n * width }, (_, at) =>
    // Rows of zeros, and rows a million times the others' length.
    Math.floor(at / width) % 11 === 3
      ? 0
      : ((next() / 2 ** 31 - 1) * (next() % 97 === 0 ? 1e6 : 1)) / (1 + (at % width)),
  )
  return { n, width, values }
}

/** The rows in blocks of `size` rows. */
function inBlocks({ n, width, values }: Rows, size: number): RowBlocks {
  return {
    n,
    width,
    blocks: function* () {
      for (let row = 0; row < n; row += size) yield values.subarray(row * width, Math.min(n, row + size) * width)
    },
  }
}

function joined(blocks: readonly SketchedBlock[]) {
  return {
    codes: blocks.flatMap(({ codes }) =>
      Array.from({ length: codes.length / DIMS }, (_, i) => codes.slice(i * DIMS, (i + 1) * DIMS)),
    ),
    mapped: Float32Array.from(blocks.flatMap(({ mapped }) => [...mapped])),
  }
}

const DIMS = 64
const pca: SketchSettings = {
  method: 'pca',
  dims: DIMS,
  curvature: 'gauss-newton',
  seed: 1,
  damping: [0.001, 0.01],
  iterations: 2,
}
const random: SketchSettings = { method: 'random', dims: DIMS, curvature: 'fisher', seed: 2, damping: 0.01 }
const pool = openSketchPool(2)
afterAll(() => pool.close())

describe('sums over blocks', () => {
  it('are the plain products to the last bit, at every size and in blocks of any', () => {
    const sizes = fc.record({
      n: fc.integer({ min: 1, max: 40 }),
      k: fc.integer({ min: 1, max: 13 }),
      width: fc.integer({ min: 1, max: 70 }),
      block: fc.integer({ min: 1, max: 41 }),
      seed: fc.integer(),
    })
    fc.assert(
      fc.property(sizes, ({ n, k, width, block, seed }) => {
        const rows = drawRows(n, width, seed)
        const basis = Float64Array.from(drawRows(k, width, seed ^ 1).values)
        const power = powerSum(basis, k, width)
        const bands = gramBands(width, k).map((band) => gramSum(width, band))
        for (const part of inBlocks(rows, block).blocks()) for (const sum of [power, ...bands]) sum.add(part)
        expect(power.result()).toEqual(combine(coordinates(rows, basis, k), k, rows))
        const gram = combine(Float64Array.from(rows.values), width, rows)
        expect(
          wholeGram(
            bands.map(({ result }) => result()),
            width,
          ),
        ).toEqual(gram)
      }),
      { numRuns: 60 },
    )
  })
})

describe('the fast sketcher', () => {
  const v = drawRows(701, 131, 1)
  const u = drawRows(701, 131, 2)

  it('sums wide gradients as the plain one does, too wide for their products among each other', async () => {
    const wide = drawRows(90, 64 * 4 + 1, 4)
    const blocks = { u: inBlocks(wide, 11), v: inBlocks(wide, 11) }
    const plain = fitSketcher({ u: wide, v: wide }, pca)
    expect(fitSketcherFast(blocks, pca)).toEqual(plain)
    expect(await pool.fit(blocks, pca)).toEqual(plain)
  })

  for (const settings of [pca, random]) {
    const plain = fitSketcher({ u, v }, settings)
    const codes = sketchRows(plain, u)
    const gradients = Array.from({ length: u.n }, (_, row) => u.values.subarray(row * u.width, (row + 1) * u.width))
    const mapped = Float32Array.from(gradients.flatMap((gradient) => [...mapGradient(plain, gradient, -1)]))

    it(`by ${settings.method} has the plain one’s map and sketches to the last bit`, () => {
      const fitted = fitSketcherFast({ u: blocksOf(u), v: blocksOf(v) }, settings)
      expect(fitted).toEqual(plain)
      for (const blocks of [blocksOf(u), inBlocks(u, 37)]) {
        expect(joined([...sketchBlocks(fitted, blocks)])).toEqual({ codes, mapped })
      }
    })

    it(`by ${settings.method} has them on several cores too`, async () => {
      const fitted = await pool.fit({ u: inBlocks(u, 300), v: inBlocks(v, 53) }, settings)
      expect(fitted).toEqual(plain)
      expect(joined(await Array.fromAsync(pool.sketch(fitted, inBlocks(u, 300))))).toEqual({ codes, mapped })
    })
  }

  it('refuses what the plain one refuses, and says where', async () => {
    const broken: Rows = { ...v, values: v.values.with(300 * 131 + 5, Number.NaN) }
    const zeros: Rows = { n: 3, width: 131, values: new Float32Array(3 * 131) }
    const fitTo = (rows: Rows) => fitSketcherFast({ u: blocksOf(u), v: inBlocks(rows, 7) }, pca)
    expect(() => fitTo(broken)).toThrow('Entry 5 of gradient row 300 is NaN')
    expect(() => fitTo(zeros)).toThrow('All 3 gradient rows are zero')
    await expect(pool.fit({ u: blocksOf(u), v: blocksOf(broken) }, pca)).rejects.toThrow('Entry 5 of gradient row 300')
    const beyond = { dims: 64, width: 131, map: new Float32Array(64 * 131).fill(3e38) }
    const sketched = Array.fromAsync(pool.sketch(beyond, blocksOf(u)))
    await expect(sketched).rejects.toThrow('of a vector to sketch is')
  })
})
