import { randomSource } from '../../attribution/random.ts'

/** Packed sketches of nearly normal codes, as real ones are; the same for the same seed. */
export function drawPacked(n: number, dims: number, seed: number): Uint8Array {
  const next = randomSource(seed)
  return Uint8Array.from({ length: (n * dims) / 2 }, () => {
    const word = next()
    return (nibble(word >>> 16) << 4) | nibble(word & 0xffff)
  })
}

/** A sum of four dice from 0 to 15, scaled to a code from -7 to 7. */
function nibble(bits: number): number {
  const sum = (bits & 15) + ((bits >>> 4) & 15) + ((bits >>> 8) & 15) + (bits >>> 12)
  return Math.max(-7, Math.min(7, Math.round((sum - 30) / 3))) & 15
}

/** Gradients whose entries shrink from the first to the last, n × width. */
export function drawGradients(n: number, width: number, seed: number): Float32Array {
  const next = randomSource(seed)
  return Float32Array.from({ length: n * width }, (_, at) => (next() / 2 ** 31 - 1) / (1 + (at % width) / 64))
}
