import { type RandomSource, randomSource } from '../../attribution/random.ts'
import { quantise } from '../../attribution/sketch.ts'

/**
 * Sketches as gradients leave them: rows about the same topic point the same way, with as much of their own, and a query lies near
 * a topic. Seeded, so that the same seed gives the same model.
 */
export interface Landscape {
  /** A row's sketch: half its topic's, half its own. */
  row(topic: number): Int8Array
  /** Almost the same row again. */
  copy(of: Int8Array): Int8Array
  query(): Int8Array
}

export function landscape(seed: number, dims: number, topics: number): Landscape {
  const random = randomSource(seed, 1)
  const directions = Array.from({ length: topics }, () => vector(random, dims))
  const near = (direction: Float32Array, own: number): Int8Array => {
    const noise = vector(random, dims)
    return quantise(direction.map((x, d) => x + own * (noise[d] as number)))
  }
  return {
    row: (topic) => near(directions[topic % topics] as Float32Array, 1),
    copy: (of) =>
      of.map((code) => (random() % 8 === 0 ? Math.max(-7, Math.min(7, code + 1 - 2 * (random() % 2))) : code)),
    query: () => near(directions[random() % topics] as Float32Array, 0.7),
  }
}

function vector(random: RandomSource, dims: number): Float32Array {
  return Float32Array.from({ length: dims }, () => normal(random))
}

/** A sum of twelve uniform numbers: near enough to a normal one. */
function normal(random: RandomSource): number {
  let sum = -6
  for (let i = 0; i < 12; i++) sum += random() / 2 ** 32
  return sum
}
