/**
 * 4-bit NormalFloat quantisation with double quantisation (Dettmers et al., QLoRA, 2023, section 3).
 *
 *     scale_b = max |w| over block b of 64      code_i = nearest level to w_i / scale_b      w_i ≈ level[code_i] · scale_b
 *
 * Double quantisation stores the scales themselves in 8 bits: less their mean, in groups of 256, each group with one
 * float32. Here those 8 bits are linear; bitsandbytes uses a dynamic 8-bit float, which changes a scale by under 1 %.
 */

/** The 16 quantiles of a standard normal, scaled to [-1, 1], with an exact zero (QLoRA, appendix E). */
export const NF4_LEVELS: Float32Array = Float32Array.of(
  -1,
  -0.6961928009986877,
  -0.5250730514526367,
  -0.39491748809814453,
  -0.28444138169288635,
  -0.18477343022823334,
  -0.09105003625154495,
  0,
  0.07958029955625534,
  0.16093020141124725,
  0.24611230194568634,
  0.33791524171829224,
  0.44070982933044434,
  0.5626170039176941,
  0.7229568362236023,
  1,
)
export const NF4_BLOCK = 64
const SCALE_GROUP = 256
const SCALE_STEPS = 127

export interface Nf4Matrix {
  /** Two codes a byte, the first in the low nibble. */
  readonly codes: Uint8Array
  /** A scale for each block, as it is after its own quantisation. */
  readonly scales: Float32Array
  readonly length: number
  /** What it takes to store codes, 8-bit scales, group maxima and the mean. */
  readonly storedBytes: number
}

export function quantiseNf4(weights: Float32Array): Nf4Matrix {
  const { length } = weights
  const scales = quantiseScales(blockMaxima(weights))
  const codes = new Uint8Array(Math.ceil(length / 2))
  for (let i = 0; i < length; i++) {
    const scale = scales[Math.floor(i / NF4_BLOCK)] as number
    const code = nearestLevel(scale > 0 ? (weights[i] as number) / scale : 0)
    codes[i >> 1] = (codes[i >> 1] as number) | (code << ((i & 1) * 4))
  }
  const groups = Math.ceil(scales.length / SCALE_GROUP)
  return { codes, scales, length, storedBytes: codes.length + scales.length + groups * 4 + 4 }
}

export function dequantiseNf4({ codes, scales, length }: Nf4Matrix): Float32Array {
  return Float32Array.from({ length }, (_, i) => {
    const code = ((codes[i >> 1] as number) >> ((i & 1) * 4)) & 15
    return (NF4_LEVELS[code] as number) * (scales[Math.floor(i / NF4_BLOCK)] as number)
  })
}

function blockMaxima(weights: Float32Array): Float32Array {
  const maxima = new Float32Array(Math.ceil(weights.length / NF4_BLOCK))
  for (let b = 0; b < maxima.length; b++)
    maxima[b] = largestMagnitude(weights.subarray(b * NF4_BLOCK, (b + 1) * NF4_BLOCK))
  return maxima
}

function quantiseScales(scales: Float32Array): Float32Array {
  let sum = 0
  for (const scale of scales) sum += scale
  const mean = Math.fround(sum / scales.length)
  const restored = new Float32Array(scales.length)
  for (let from = 0; from < scales.length; from += SCALE_GROUP) {
    const centred = scales.subarray(from, from + SCALE_GROUP).map((scale) => scale - mean)
    const largest = largestMagnitude(centred)
    for (const [i, value] of centred.entries()) {
      const code = largest > 0 ? Math.round((value / largest) * SCALE_STEPS) : 0
      restored[from + i] = (code / SCALE_STEPS) * largest + mean
    }
  }
  return restored
}

function largestMagnitude(values: Float32Array): number {
  let largest = 0
  for (const value of values) largest = Math.max(largest, Math.abs(value))
  return largest
}

function nearestLevel(x: number): number {
  let code = 0
  while (code < 15 && x > ((NF4_LEVELS[code] as number) + (NF4_LEVELS[code + 1] as number)) / 2) code++
  return code
}
