import { describe, expect, it } from 'vitest'
import { createRandom } from '../../../pipeline/math/random.ts'
import { HEAD_PARAMETERS, initialAdapter, PARAMETERS } from '../../../pipeline/train/lora/adapter.ts'
import { DEFAULT_TRAINING, type EpochReport, fineTune } from '../../../pipeline/train/lora/fineTune.ts'
import { crossEntropy } from '../../../pipeline/train/lora/scale.ts'
import { createTuner } from '../../../pipeline/train/lora/tuner.ts'

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
