import { describe, expect, it } from 'vitest'
import { cholesky, invertLower } from '../../../attribution/cholesky.ts'
import { curvature, curvatureTrace } from '../../../attribution/curvature.ts'
import { coordinates, type Rows } from '../../../attribution/matrix.ts'
import { CLASSES, drawDigits } from '../../../bench/fidelity/digits.ts'
import { type Factors, factorsOf, products, squares } from '../../../bench/fidelity/factors.ts'
import { methodsOf, rowSideInfluence } from '../../../bench/fidelity/methods.ts'
import { datamodelingScore } from '../../../bench/fidelity/metrics.ts'
import { layersOf, margins, predictions, train } from '../../../bench/fidelity/network.ts'
import { deal, payRules } from '../../../bench/fidelity/payout.ts'
import { retrainOnHalves, type World } from '../../../bench/fidelity/truth.ts'

const architecture = { hidden: [10], epochs: 40, learningRate: 0.05, momentum: 0.9 }
const regression = { ...architecture, hidden: [] }
const world: World = {
  images: drawDigits(120, 7, 1, 'training'),
  test: drawDigits(20, 7, 1, 'test'),
  architecture,
  seed: 1,
}
const { images, test } = world
const layers = layersOf(architecture, images.width)
const weights = train(images, architecture, { seed: 1 })

/** Every gradient written out. */
const written = (factors: Factors): Rows => {
  const n = factors[0]?.left.n ?? 0
  const rows = Array.from({ length: n }, (_, i) =>
    factors.flatMap(({ left, right }) => {
      const inputs = right.values.subarray(i * right.width, (i + 1) * right.width)
      return [...left.values.subarray(i * left.width, (i + 1) * left.width)].flatMap((d) =>
        [...inputs].map((a) => d * a),
      )
    }),
  )
  return { n, width: rows[0]?.length ?? 0, values: Float32Array.from(rows.flat()) }
}

const closeTo = (found: Float64Array, expected: Float64Array) => {
  const largest = Math.max(...expected.map(Math.abs))
  const off = found.map((x, i) => Math.abs(x - (expected[i] as number)) / largest)
  expect(Math.max(...off)).toBeLessThan(1e-4)
}

describe('the bench of fidelity', () => {
  it('draws every digit as often, and a model can tell them apart', () => {
    const right = predictions(weights, images, layers).filter((label, i) => label === images.labels[i]).length
    expect(images.labels.filter((label) => label === 3)).toHaveLength(120 / CLASSES)
    expect(right / images.n).toBeGreaterThan(0.5)
    expect(drawDigits(120, 7, 1, 'training')).toEqual(images)
  })

  it('takes gradients as differences of the margin say', () => {
    const q = written(factorsOf(weights, test, layers, { of: 'margin' }))
    const first = weights[0] as Float64Array
    const at = first.findIndex((_, i) => Math.abs(q.values[i] as number) > 0.1)
    const step = 1e-5
    const moved = weights.map((own) => own.slice())
    ;(moved[0] as Float64Array)[at] = (first[at] as number) + step
    const before = margins(weights, test, layers, test.labels)[0] as number
    const after = margins(moved, test, layers, test.labels)[0] as number
    expect((after - before) / step).toBeCloseTo(q.values[at] as number, 3)
  })

  it('multiplies gradients without writing them out', () => {
    const u = factorsOf(weights, images, layers, { of: 'loss' })
    const q = factorsOf(weights, test, layers, { of: 'margin' })
    const [wu, wq] = [written(u), written(q)]
    closeTo(products(q, u), coordinates(wq, Float64Array.from(wu.values), wu.n))
    closeTo(
      squares(u),
      products(u, u).filter((_, at) => at % (images.n + 1) === 0),
    )
  })

  it('inverts the curvature on the rows’ side as on the parameters’', () => {
    const u = factorsOf(weights, images, layers, { of: 'loss' })
    const v = factorsOf(weights, images, layers, { of: 'drawn loss' })
    const q = factorsOf(weights, test, layers, { of: 'margin' })
    const [wu, wv, wq] = [written(u), written(v), written(q)]
    const damping = curvatureTrace(wv) / images.n
    const inverse = invertLower(cholesky(curvature(wv), wv.width, damping), wv.width)
    const [rows, tests] = [wu, wq].map((of) => ({
      n: of.n,
      width: wv.width,
      values: Float32Array.from(coordinates(of, inverse, wv.width)),
    })) as [Rows, Rows]
    const expected = coordinates(tests, Float64Array.from(rows.values), rows.n).map((x) => -x)
    closeTo(rowSideInfluence({ u, v, q, damping: 1 }), expected)
  })

  it('finds influence ahead of plain products where the model is linear', () => {
    const linear = { ...world, architecture: regression }
    const own = layersOf(regression, images.width)
    const trained = { images, test, layers: own, weights: train(images, regression, { seed: 1 }), checkpoints: [] }
    const halves = retrainOnHalves(linear, 20)
    const scores = new Map(
      [...methodsOf(trained, halves, { width: 512, dims: [64], trakDims: 64 })].map((method) => [
        method.name,
        datamodelingScore(method.scores, images.n, halves).estimate,
      ]),
    )
    expect(scores.get('exact influence, damping 1')).toBeGreaterThan((scores.get('gradient dot') ?? 1) + 0.1)
    expect(scores.get('ours, 64, int4')).toBeCloseTo(scores.get('ours, 64, float') ?? 0, 1)
    expect([...scores.values()].every((score) => Math.abs(score) <= 1)).toBe(true)
  })

  it('deals every row to one contributor, and pays all of them', () => {
    const dealt = deal(images, 6, 1)
    expect(dealt.rows.flat()).toEqual(Array.from({ length: images.n }, (_, row) => row))
    expect(dealt.rows.every((own) => own.length >= 16)).toBe(true)
    const paid = payRules({ ...world, architecture: regression }, dealt, 512, 1)
    expect(paid.map(({ rule }) => rule)).toContain('net influence')
    expect(paid.every(({ figure: { low, estimate, high } }) => low <= estimate && estimate <= high)).toBe(true)
  })
})
