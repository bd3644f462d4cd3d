import { describe, expect, it } from 'vitest'
import { answered } from '../../../pipeline/evaluate/evaluationFile.ts'
import { createRandom } from '../../../pipeline/math/random.ts'
import { HEAD_PARAMETERS, initialAdapter, PARAMETERS } from '../../../pipeline/train/lora/adapter.ts'
import { DEFAULT_TRAINING, type EpochReport, fineTune } from '../../../pipeline/train/lora/fineTune.ts'
import { projectedGradients, type Slope } from '../../../pipeline/train/lora/projectedGradients.ts'
import { rowGradients } from '../../../pipeline/train/lora/rowGradients.ts'
import { columnsOf, crossEntropy, logitsOf, residualOf, rowOf, type Scale } from '../../../pipeline/train/lora/scale.ts'
import { createTuner, type Tuner } from '../../../pipeline/train/lora/tuner.ts'

const ROWS = 96

/** Two overlapping clouds, one for each label, seen through the same 512 and 1536 directions as real features. */
function createClouds() {
  const { uniform } = createRandom(9, 'clouds')
  const labels = Uint8Array.from({ length: ROWS }, (_, i) => i % 2)
  const cloud = (width: number, shift: number) =>
    Float32Array.from({ length: ROWS * width }, (_, at) => {
      const side = labels[Math.floor(at / width)] === 1 ? 1 : -1
      return uniform() - 0.5 + (at % width < 8 ? side * shift : 0)
    })
  const projection = Float32Array.from({ length: 512 * 512 }, () => 0.1 * (uniform() - 0.5))
  return {
    labels,
    projection,
    data: { count: ROWS, hidden: cloud(1536, 0.3), z0: cloud(512, 0.3), h0: cloud(512, 0.3) },
  }
}

const { labels, projection, data } = createClouds()
const tuner = createTuner(projection)
const base = { seed: 4, settings: { ...DEFAULT_TRAINING, batchSize: 16 }, trained: 'adapters and head' } as const

describe('fine-tuning', () => {
  it('lowers the loss, at a rate that falls linearly', () => {
    const reports: EpochReport[] = []
    fineTune(tuner, data, labels, { ...base, onEpoch: (report) => reports.push(report) })
    const losses = reports.map(({ loss }) => loss)
    expect(losses).toEqual(losses.toSorted((a, b) => b - a))
    expect(reports.map(({ epoch, step }) => [epoch, step])).toEqual([
      [1, 6],
      [2, 12],
      [3, 18],
      [4, 24],
      [5, 30],
    ])
    expect(reports.map(({ learningRate }) => learningRate)).toEqual(
      [25, 19, 13, 7, 1].map((left) => expect.closeTo((1e-3 * left) / 30, 12)),
    )
  })

  it('is the same to the last bit each time, and another with another seed', () => {
    const once = fineTune(tuner, data, labels, base)
    expect(fineTune(tuner, data, labels, base)).toEqual(once)
    expect(fineTune(tuner, data, labels, { ...base, seed: 5 })).not.toEqual(once)
  })

  it('of the head alone leaves the adapters where they started', () => {
    const before = initialAdapter(base.seed)
    const after = fineTune(tuner, data, labels, { ...base, trained: 'head' })
    const changed = PARAMETERS.filter((name) => after[name].some((value, i) => value !== before[name][i]))
    expect(changed).toEqual(HEAD_PARAMETERS)
  })

  it('without a row leaves every other row in the batch it was in', () => {
    const removed = 17
    const batches = (includes?: (row: number) => boolean): (readonly number[])[] => {
      const seen: (readonly number[])[] = []
      const spy = {
        ...tuner,
        gradient: ((d, rows, x) => {
          seen.push([...rows])
          tuner.gradient(d, rows, x)
        }) as typeof tuner.gradient,
      }
      fineTune(spy, data, labels, { ...base, ...(includes && { includes }) })
      return seen
    }
    expect(batches((row) => row !== removed)).toEqual(batches().map((rows) => rows.filter((row) => row !== removed)))
  })
})

describe('cross-entropy', () => {
  it('is minus the logarithm of the probability given to the true label', () => {
    expect(crossEntropy(0, 1)).toBeCloseTo(Math.LN2, 12)
    expect(crossEntropy(2, 1)).toBeCloseTo(-Math.log(1 / (1 + Math.exp(-2))), 12)
    expect(crossEntropy(2, 0)).toBeCloseTo(-Math.log(1 - 1 / (1 + Math.exp(-2))), 12)
  })

  it('stays finite where the probability would round to zero', () => {
    expect(crossEntropy(-900, 1)).toBe(900)
  })
})

describe.each([
  { name: 'three classes', scale: { classes: 3, ordered: false } },
  { name: 'bins of a number', scale: { classes: 3, ordered: true } },
])('fine-tuning on $name', ({ scale }) => {
  const own = createTuner(projection, columnsOf(scale))
  /** The clouds of the first class and the last, and between them a few rows that are of either. */
  const bins = labels.map((label, row) => (row % 8 < 2 ? 1 : 2 * label))

  it('lowers the loss, and tells the far ones apart', () => {
    const losses: number[] = []
    fineTune(own, data, bins, { ...base, scale, onEpoch: ({ loss }) => losses.push(loss) })
    expect(losses).toEqual(losses.toSorted((a, b) => b - a))
    const logOdds = own.logOdds(data, [...bins.keys()])
    const answers = Array.from(bins, (_, row) => answered(logitsOf(scale, rowOf(scale, logOdds, row))))
    const far = [...bins.keys()].filter((row) => bins[row] !== 1)
    expect(far.filter((row) => Math.abs((answers[row] as number) - (bins[row] as number)) === 2)).toEqual([])
  })

  it('has row gradients that sum to the gradient of the batch', () => {
    const rows = [...bins.keys()]
    own.gradient(data, rows, (logOdds) =>
      Float64Array.from(rows.flatMap((row) => [...residualOf(scale, rowOf(scale, logOdds, row), bins[row] as number)])),
    )
    const residuals = (m: Float64Array, row: number) => residualOf(scale, m, bins[row] as number)
    const width = { width: 64, seed: 1 }
    const { values } = projectedGradients(own, data, rows, width, scale, residuals)
    const { u } = rowGradients(
      own,
      data,
      bins,
      width,
      rows.map(() => true),
      scale,
    )
    const error = Math.max(...values.map((value, at) => Math.abs(value - (u.values[at] as number))))
    expect(error).toBeLessThan(1e-5 * Math.max(...values.map(Math.abs)))
    const [dA2, sum] = [factorSum(own, rows, residuals, scale), own.gradients.feedForwardA]
    expect(Math.max(...sum.map((value, at) => Math.abs(value - (dA2[at] as number))))).toBeLessThan(1e-4)
  })
})

/** Σ over rows of the outer products that make the gradient of feedForwardA. */
function factorSum(of: Tuner, rows: readonly number[], slope: Slope, scale: Scale): Float64Array {
  const { dA2, hidden } = of.rowFactors(data, rows, (logOdds) =>
    Float64Array.from(rows.flatMap((row) => [...slope(rowOf(scale, logOdds, row), row)])),
  )
  const sum = new Float64Array(8 * 1536)
  for (const row of rows)
    for (let a = 0; a < 8; a++)
      for (let b = 0; b < 1536; b++)
        sum[a * 1536 + b] =
          (sum[a * 1536 + b] as number) + (dA2[row * 8 + a] as number) * (hidden[row * 1536 + b] as number)
  return sum
}
