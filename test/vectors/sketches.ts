import { bytesToHex } from 'viem'
import { randomSource } from '../../attribution/random.ts'
import { packSketch, quantise } from '../../attribution/sketch.ts'
import { integer } from './draw.ts'

const SCALES = [0.01, 0.1, 1, 10, 100]

/** Float vectors and their codes: ties, zeros, signs, the smallest floats. */
export function sketchVectors() {
  const next = randomSource(1)
  const drawn = Array.from({ length: 8 }, () =>
    Float32Array.from({ length: 64 }, () => (next() / 2 ** 31 - 1) * (SCALES[integer(next, 5)] as number)),
  )
  const chosen = [
    Float32Array.from({ length: 64 }, () => 0),
    // With 14 the largest, every odd number is a tie.
    Float32Array.from({ length: 64 }, (_, d) => (d % 29) - 14),
    Float32Array.from({ length: 64 }, (_, d) => (d === 0 ? -1 : 0)),
    Float32Array.from({ length: 64 }, (_, d) => (d - 32) * 2 ** -149),
  ]
  return [...chosen, ...drawn].map((vector) => ({
    vector: [...vector],
    sketch: bytesToHex(packSketch(quantise(vector))),
  }))
}
