import { describe, expect, it } from 'vitest'
import { cholesky, invertLower } from '../../attribution/cholesky.ts'
import { dot } from '../../attribution/codes.ts'
import { curvature, curvatureTrace } from '../../attribution/curvature.ts'
import type { Rows } from '../../attribution/matrix.ts'
import { randomSource } from '../../attribution/random.ts'
import { quantise } from '../../attribution/sketch.ts'
import {
  DEFAULT_SKETCH_SETTINGS,
  fitSketcher,
  mapGradient,
  type SketchSettings,
  sketchRows,
} from '../../attribution/sketcher.ts'

const WIDTH = 128
const DIMS = 64

function drawRows(n: number, width: number, seed: number): Rows {
  const next = randomSource(seed)
  return {
    n,
    width,
    values: Float32Array.from({ length: n * width }, (_, at) => (next() / 2 ** 31 - 1) / (1 + (at % width))),
  }
}

const v = drawRows(200, WIDTH, 1)
const u = drawRows(200, WIDTH, 2)
const pca: SketchSettings = {
  method: 'pca',
  dims: DIMS,
  curvature: 'gauss-newton',
  seed: 1,
  damping: [0.001, 0.01],
  iterations: 6,
}
const random: SketchSettings = { method: 'random', dims: DIMS, curvature: 'gauss-newton', seed: 1, damping: 0.01 }

const rowOf = (rows: Rows, i: number) => rows.values.subarray(i * rows.width, (i + 1) * rows.width)
const product = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((sum, x, i) => sum + x * (b[i] ?? 0), 0)

function mapped({ map, dims, width }: ReturnType<typeof fitSketcher>, x: Float32Array): number[] {
  return Array.from({ length: dims }, (_, d) => product(map.subarray(d * width, (d + 1) * width), x))
}

describe('a sketcher', () => {
  it('by principal components measures by the inverse of the damped curvature', () => {
    // All 64 directions are kept, so nothing is lost, and the mean over two dampings can be checked by Cholesky.
    const [narrow, k] = [drawRows(200, DIMS, 3), DIMS]
    const sketcher = fitSketcher({ u: narrow, v: narrow }, pca)
    const matrix = curvature(narrow)
    const [a, b] = [rowOf(narrow, 0), rowOf(narrow, 1)]
    const exact = [0.001, 0.01].map((rel) => {
      const inverse = invertLower(cholesky(matrix, k, rel * curvatureTrace(narrow)), k)
      const whiten = (x: Float32Array) =>
        Array.from({ length: k }, (_, d) => product(inverse.subarray(d * k, (d + 1) * k), x))
      return product(whiten(a), whiten(b))
    })
    const found = product(mapped(sketcher, a), mapped(sketcher, b))
    expect(found / (exact.reduce((sum, x) => sum + x, 0) / 2)).toBeCloseTo(1, 4)
  })

  it('by random projection whitens: mapped rows have the identity for a curvature, but for the damping', () => {
    const sketcher = fitSketcher({ u, v }, { ...random, damping: 1e-6 })
    const whitened = Float32Array.from(Array.from({ length: v.n }, (_, i) => mapped(sketcher, rowOf(v, i))).flat())
    const matrix = curvature({ n: v.n, width: DIMS, values: whitened })
    const worst = Math.max(...matrix.map((x, at) => Math.abs(x - (at % (DIMS + 1) === 0 ? 1 : 0))))
    expect(worst).toBeLessThan(0.05)
  })

  it('takes the curvature from the loss gradients where the Fisher matrix is asked for', () => {
    expect(fitSketcher({ u, v }, { ...pca, curvature: 'fisher' })).toEqual(fitSketcher({ u: v, v: u }, pca))
  })

  it('is the same to the last bit when fitted again, and another with another seed', () => {
    expect(fitSketcher({ u, v }, pca)).toEqual(fitSketcher({ u, v }, pca))
    expect(fitSketcher({ u, v }, random)).toEqual(fitSketcher({ u, v }, random))
    expect(fitSketcher({ u, v }, { ...random, seed: 2 }).map).not.toEqual(fitSketcher({ u, v }, random).map)
  })

  it('sketches a row against its loss gradient, so that an answer it favours agrees with it', () => {
    for (const settings of [pca, random]) {
      const sketcher = fitSketcher({ u, v }, settings)
      const row = sketchRows(sketcher, u)[7] as Int8Array
      const favoured = rowOf(u, 7).map((x) => -x)
      expect(quantise(mapGradient(sketcher, favoured, 1))).toEqual(row)
      expect(dot(quantise(mapGradient(sketcher, favoured, 1)), row)).toBeGreaterThan(0)
      expect(dot(quantise(mapGradient(sketcher, rowOf(u, 7), 1)), row)).toBeLessThan(0)
    }
  })

  it('sketches all rows as it sketches each', () => {
    const sketcher = fitSketcher({ u, v }, pca)
    const each = Array.from({ length: u.n }, (_, i) => quantise(mapGradient(sketcher, rowOf(u, i), -1)))
    expect(sketchRows(sketcher, u)).toEqual(each)
  })

  describe('refuses', () => {
    it('fewer dimensions than a sketch has', () => {
      const narrow = drawRows(10, 32, 1)
      expect(() => fitSketcher({ u: narrow, v: narrow }, pca)).toThrow('Gradients of 10 rows and 32 dimensions')
    })

    it('no rows, rows of zeros, and a number that is none', () => {
      const none: Rows = { n: 0, width: WIDTH, values: new Float32Array(0) }
      const zeros: Rows = { n: 3, width: WIDTH, values: new Float32Array(3 * WIDTH) }
      const broken: Rows = { ...v, values: v.values.map((x, at) => (at === 3 * WIDTH + 5 ? Number.NaN : x)) }
      expect(() => fitSketcher({ u, v: none }, pca)).toThrow('Gradients of 0 rows')
      expect(() => fitSketcher({ u, v: zeros }, pca)).toThrow('All 3 gradient rows are zero')
      expect(() => fitSketcher({ u, v: broken }, pca)).toThrow('Entry 5 of gradient row 3 is NaN')
    })

    it('a gradient of another width', () => {
      const sketcher = fitSketcher({ u, v }, pca)
      expect(() => mapGradient(sketcher, new Float32Array(5), 1)).toThrow(
        'A gradient has 5 entries where the sketcher was fitted to 128',
      )
    })

    it('a number of dimensions that no model can have', () => {
      expect(() => fitSketcher({ u, v }, { ...DEFAULT_SKETCH_SETTINGS, dims: 100 })).toThrow('100 dimensions')
    })
  })
})
