import { describe, expect, it } from 'vitest'
import { logistic } from '../../../pipeline/math/elementary.ts'
import { createRandom } from '../../../pipeline/math/random.ts'
import { transpose } from '../../../pipeline/train/base/layers.ts'
import {
  type Adapter,
  copyAdapter,
  createAdapter,
  initialAdapter,
  PARAMETERS,
  type ParameterName,
} from '../../../pipeline/train/lora/adapter.ts'
import { projectedGradients } from '../../../pipeline/train/lora/projectedGradients.ts'
import { rowGradients } from '../../../pipeline/train/lora/rowGradients.ts'
import { crossEntropy, TWO_CLASSES } from '../../../pipeline/train/lora/scale.ts'
import { createTuner } from '../../../pipeline/train/lora/tuner.ts'

const ROWS = 12
/** Wide enough that float32 rounding of the loss does not show, narrow enough that curvature does not. */
const STEP = 2e-2
const PROBES = 24

function randomMatrix(length: number, reach: number, purpose: string): Float32Array {
  const { uniform } = createRandom(5, purpose)
  return Float32Array.from({ length }, () => reach * (2 * uniform() - 1))
}

/** A small problem with every parameter away from zero, so that no gradient vanishes by accident. */
function createProblem() {
  const projection = randomMatrix(512 * 512, 0.05, 'projection')
  const z0 = randomMatrix(ROWS * 512, 0.5, 'z0')
  const h0 = new Float32Array(ROWS * 512)
  for (let i = 0; i < ROWS; i++)
    for (let j = 0; j < 512; j++) {
      let sum = 0
      for (let t = 0; t < 512; t++) sum += (projection[j * 512 + t] as number) * (z0[i * 512 + t] as number)
      h0[i * 512 + j] = sum
    }
  const tuner = createTuner(projection)
  copyAdapter(initialAdapter(3), tuner.adapter)
  tuner.adapter.feedForwardB.set(randomMatrix(512 * 8, 0.1, 'feedForwardB'))
  tuner.adapter.projectionB.set(randomMatrix(512 * 8, 0.1, 'projectionB'))
  const data = { count: ROWS, hidden: randomMatrix(ROWS * 1536, 0.25, 'hidden'), z0, h0 }
  const labels = Uint8Array.from({ length: ROWS }, (_, i) => i & 1)
  return { tuner, data, labels, projection }
}

const { tuner, data, labels, projection } = createProblem()
const rows = Array.from({ length: ROWS }, (_, i) => i)
const labelOf = (row: number): number => labels[row] as number

function meanLoss(): number {
  const logOdds = tuner.logOdds(data, rows)
  return rows.reduce((sum, row) => sum + crossEntropy(logOdds[row] as number, labelOf(row)), 0) / ROWS
}

function lossGradient(): Adapter {
  tuner.gradient(data, rows, (logOdds) => logOdds.map((m, i) => (logistic(m) - labelOf(i)) / ROWS))
  const copy = createAdapter()
  copyAdapter(tuner.gradients, copy)
  return copy
}

const one = (): Float64Array => Float64Array.of(1)
const ones = (logOdds: Float64Array): Float64Array => logOdds.map(() => 1)

function relativeError(found: readonly number[], expected: readonly number[]): number {
  const error = found.reduce((sum, value, i) => sum + (value - (expected[i] as number)) ** 2, 0)
  return Math.sqrt(error / expected.reduce((sum, value) => sum + value * value, 0))
}

describe('gradients of the mean loss', () => {
  const gradient = lossGradient()

  it.each(PARAMETERS)('of %s agree with finite differences to 3e-4', (name) => {
    const values = tuner.adapter[name]
    const { below } = createRandom(6, name)
    const probes = Array.from({ length: Math.min(PROBES, values.length) }, (_, i) =>
      values.length <= PROBES ? i : below(values.length),
    )
    const differences = probes.map((i) => {
      const kept = values[i] as number
      values[i] = kept + STEP
      const above = meanLoss()
      values[i] = kept - STEP
      const beneath = meanLoss()
      values[i] = kept
      return (above - beneath) / (2 * STEP)
    })
    const analytic = probes.map((i) => gradient[name][i] as number)
    expect(relativeError(analytic, differences)).toBeLessThan(3e-4)
  })
})

describe('gradients of single rows', () => {
  const factors = tuner.rowFactors(data, rows, ones)
  const logOdds = tuner.logOdds(data, rows)

  it.each([
    ['feedForwardA', 'dA2', 8, 'hidden', 1536],
    ['feedForwardB', 'dZ', 512, 'a2', 8],
    ['projectionA', 'dA3', 8, 'z', 512],
    ['projectionB', 'dH', 512, 'a3', 8],
  ] as const)(
    'of %s, weighted by the loss, sum to the gradient of the batch',
    (name, left, leftWidth, right, rightWidth) => {
      const sum = new Float64Array(leftWidth * rightWidth)
      for (const row of rows) {
        const weight = (logistic(logOdds[row] as number) - labelOf(row)) / ROWS
        for (let a = 0; a < leftWidth; a++)
          for (let b = 0; b < rightWidth; b++) {
            const product =
              (factors[left][row * leftWidth + a] as number) * (factors[right][row * rightWidth + b] as number)
            sum[a * rightWidth + b] = (sum[a * rightWidth + b] as number) + weight * product
          }
      }
      expect(relativeError([...sum], [...lossGradient()[name as ParameterName]])).toBeLessThan(1e-5)
    },
  )

  it('are the same bits for a row taken alone', () => {
    const alone = tuner.rowFactors(data, [7], ones)
    expect(alone.dZ).toEqual(factors.dZ.slice(7 * 512, 8 * 512))
    expect(alone.dA2).toEqual(factors.dA2.slice(7 * 8, 8 * 8))
  })

  it('are projected to products that the projection keeps', () => {
    const { n, width, values } = projectedGradients(tuner, data, rows, { width: 2048, seed: 1 }, TWO_CLASSES, one)
    expect([n, width, values.length]).toEqual([ROWS, 2048, ROWS * 2048])
    const projected = rows.map((row) => squaredLength(values.subarray(row * width, (row + 1) * width)))
    const exact = rows.map((row) => {
      const part = (name: 'hidden' | 'dA2' | 'dZ' | 'a2' | 'z' | 'dA3' | 'dH' | 'a3', size: number): number =>
        squaredLength(factors[name].subarray(row * size, (row + 1) * size))
      return (
        part('dA2', 8) * part('hidden', 1536) +
        part('dZ', 512) * part('a2', 8) +
        part('dA3', 8) * part('z', 512) +
        part('dH', 512) * part('a3', 8)
      )
    })
    for (const row of rows) expect((projected[row] as number) / (exact[row] as number)).toBeCloseTo(1, 0)
  })

  it('carry the loss in u and the Gauss–Newton factor in v, of rows that were trained on', () => {
    const margins = projectedGradients(tuner, data, rows, { width: 64, seed: 2 }, TWO_CLASSES, one)
    const trainedOn = rows.map((row) => row !== 3)
    const { u, v } = rowGradients(tuner, data, labels, { width: 64, seed: 2 }, trainedOn)
    expect([...v.values.subarray(3 * 64, 4 * 64)].every((value) => value === 0)).toBe(true)
    for (const row of rows) {
      const p = logistic(logOdds[row] as number)
      const margin = margins.values[row * 64 + 5] as number
      expect(u.values[row * 64 + 5]).toBe(Math.fround((p - labelOf(row)) * margin))
      if (trainedOn[row]) expect(v.values[row * 64 + 5]).toBe(Math.fround(Math.sqrt(p * (1 - p)) * margin))
    }
  })
})

describe('the forward pass', () => {
  it('at low rank is the plain one with the adapters merged into the weights', () => {
    const { feedForwardA, feedForwardB, projectionA, projectionB, headWeight, headBias } = tuner.adapter
    const merged = projection.map((weight, at) => {
      const [j, t] = [Math.floor(at / 512), at % 512]
      let sum = 0
      for (let r = 0; r < 8; r++) sum += (projectionB[j * 8 + r] as number) * (projectionA[r * 512 + t] as number)
      return weight + 2 * sum
    })
    const turned = transpose(merged, 512, 512)
    const expected = rows.map((row) => {
      const z = Array.from(data.z0.subarray(row * 512, (row + 1) * 512))
      for (let r = 0; r < 8; r++) {
        let a = 0
        for (let t = 0; t < 1536; t++)
          a += (feedForwardA[r * 1536 + t] as number) * (data.hidden[row * 1536 + t] as number)
        for (let j = 0; j < 512; j++) z[j] = (z[j] as number) + 2 * (feedForwardB[j * 8 + r] as number) * a
      }
      const h = new Float64Array(512)
      for (let t = 0; t < 512; t++)
        for (let j = 0; j < 512; j++) h[j] = (h[j] as number) + (turned[t * 512 + j] as number) * (z[t] as number)
      let m = (headBias[1] as number) - (headBias[0] as number)
      for (let j = 0; j < 512; j++)
        m += ((headWeight[512 + j] as number) - (headWeight[j] as number)) * Math.tanh(h[j] as number)
      return m
    })
    expect(relativeError([...tuner.logOdds(data, rows)], expected)).toBeLessThan(1e-5)
  })
})

function squaredLength(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value * value, 0)
}
