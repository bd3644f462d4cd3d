import { describe, expect, it } from 'vitest'
import { loadLinearLayers } from '../../../pipeline/train/base/layers.ts'
import { dequantiseNf4, NF4_BLOCK, NF4_LEVELS, quantiseNf4 } from '../../../pipeline/train/base/nf4.ts'
import { loadBaseWeights } from '../../../pipeline/train/base/weights.ts'
import { createWorkspace } from '../../../pipeline/train/kernels.ts'

describe('NF4', () => {
  it('keeps a block that holds exactly the sixteen levels', () => {
    const block = Float32Array.from({ length: NF4_BLOCK }, (_, i) => NF4_LEVELS[i % 16] as number)
    expect(dequantiseNf4(quantiseNf4(block))).toEqual(block)
  })

  it('keeps zeros, and a length that fills no block', () => {
    expect(dequantiseNf4(quantiseNf4(new Float32Array(70)))).toEqual(new Float32Array(70))
    expect(dequantiseNf4(quantiseNf4(Float32Array.of(3, -3, 0)))).toEqual(Float32Array.of(3, -3, 0))
  })

  it('takes the nearer level, the lower one at the middle', () => {
    const levels = [...NF4_LEVELS]
    const middle = Math.fround(((levels[14] as number) + 1) / 2)
    const weights = Float32Array.of(1, middle + 1e-3, middle - 1e-3)
    expect([...dequantiseNf4(quantiseNf4(weights))]).toEqual([1, 1, levels[14]])
  })
})

describe('the base model in NF4', () => {
  const weights = loadBaseWeights()
  const full = loadLinearLayers(weights, 'float32', createWorkspace(32))
  const quantised = loadLinearLayers(weights, 'nf4', createWorkspace(32))

  it('takes an eighth of the room', () => {
    expect({ full: full.storedBytes, quantised: quantised.storedBytes }).toEqual({
      full: 19_660_800,
      quantised: 2_535_640,
    })
  })

  it.each(['layers.0.attention.qkv', 'layers.1.feed_forward.output', 'sentence_projection'] as const)(
    'has weights of %s within nine to ten percent',
    (name) => {
      const exact = full.weightOf(name)
      const rounded = quantised.weightOf(name)
      let error = 0
      let size = 0
      for (const [i, weight] of exact.entries()) {
        error += (weight - (rounded[i] as number)) ** 2
        size += weight ** 2
      }
      const relative = Math.sqrt(error / size)
      expect(relative).toBeGreaterThan(0.09)
      expect(relative).toBeLessThan(0.1)
    },
  )

  it('dequantises in the kernel as in plain loops', () => {
    const expected = dequantiseNf4(quantiseNf4(full.weightOf('sentence_projection')))
    expect(quantised.weightOf('sentence_projection')).toEqual(expected)
  })
})
