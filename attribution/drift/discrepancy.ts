// Maximum mean discrepancy: whether two sets of sketches are samples of one distribution, in all their dimensions at once.
//
//   MMD² = mean k(x, x') + mean k(y, y') − 2 mean k(x, y)          pairs of different samples: unbiased  (Gretton et al. 2012)
//   k(a, b) = 1 / (1 + ‖â − b̂‖² / (2 σ²))                          rational quadratic, 2 σ² the median of all ‖â − b̂‖²
//
// Sketches of signs all have the length √k, and are taken as unit vectors. The kernel is a mixture of Gaussian ones, so it
// tells any two distributions apart as they do; it is made of sums and quotients alone, so that every machine finds the same.
// The p-value is that of the statistic among those of random divisions of all samples into two sets of the same sizes.
//
// x (n × k), y (m × k) signs → MMD², p

import { dot } from '../codes.ts'
import { type RandomSource, randomSource } from '../random.ts'

export interface Discrepancy {
  /** Unbiased, so it may be slightly negative where nothing differs. */
  readonly squared: number
  /** Chance of a statistic as large where both sets are of one distribution; at least 1 / (permutations + 1). */
  readonly pValue: number
}

export function meanDiscrepancy(
  x: readonly Int8Array[],
  y: readonly Int8Array[],
  { permutations, seed }: { readonly permutations: number; readonly seed: number },
): Discrepancy {
  const size = x.length + y.length
  const kernel = kernelOf([...x, ...y])
  const inFirst = new Uint8Array(size).fill(1, 0, x.length)
  const squared = statistic(kernel, inFirst)
  const next = randomSource(seed)
  let asLarge = 0
  for (let i = 0; i < permutations; i++) {
    shuffle(inFirst, next)
    if (statistic(kernel, inFirst) >= squared) asLarge++
  }
  return { squared, pValue: (asLarge + 1) / (permutations + 1) }
}

/** k(a, b) of all pairs a < b, row by row. */
interface Kernel {
  readonly size: number
  readonly values: Float64Array
}

function kernelOf(sketches: readonly Int8Array[]): Kernel {
  const size = sketches.length
  const values = new Float64Array((size * (size - 1)) / 2)
  let at = 0
  for (const [i, a] of sketches.entries()) {
    for (let j = i + 1; j < size; j++) values[at++] = 2 - (2 * dot(a, sketches[j] as Int8Array)) / a.length
  }
  // Where half of all pairs are equal the median is zero, and any width tells the others apart.
  const scale = values.toSorted()[values.length >> 1] || 1
  for (let i = 0; i < values.length; i++) values[i] = 1 / (1 + (values[i] as number) / scale)
  return { size, values }
}

function statistic({ size, values }: Kernel, inFirst: Uint8Array): number {
  let both = 0
  let neither = 0
  let between = 0
  let at = 0
  for (let i = 0; i < size; i++) {
    let first = 0
    let second = 0
    for (let j = i + 1; j < size; j++) {
      const value = values[at++] as number
      if (inFirst[j] === 1) first += value
      else second += value
    }
    if (inFirst[i] === 1) {
      both += first
      between += second
    } else {
      neither += second
      between += first
    }
  }
  const n = inFirst.reduce((sum, is) => sum + is, 0)
  const m = size - n
  return (2 * both) / (n * (n - 1)) + (2 * neither) / (m * (m - 1)) - (2 * between) / (n * m)
}

/** Fisher–Yates; a 32-bit number modulo a few thousand is even enough. */
function shuffle(values: Uint8Array, next: RandomSource): void {
  for (let i = values.length - 1; i > 0; i--) {
    const j = next() % (i + 1)
    const kept = values[i] as number
    values[i] = values[j] as number
    values[j] = kept
  }
}
