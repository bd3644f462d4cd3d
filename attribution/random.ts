// A seeded source of 32-bit numbers: xoshiro128** (Blackman and Vigna, "Scrambled Linear Pseudorandom Number Generators",
// 2021), its state filled from the seed by splitmix32. Integer operations only, so the same everywhere.

export type RandomSource = () => number

/** A source of unsigned 32-bit integers. The streams of different (seed, stream) pairs are unrelated. */
export function randomSource(seed: number, stream = 0): RandomSource {
  const next = splitmix32((Math.imul(stream, 0x9e3779b1) ^ seed) | 0)
  return xoshiro128(next(), next() ^ stream, next(), next() | 1)
}

/** The generator from a state, which must not be all zeros. */
export function xoshiro128(a: number, b: number, c: number, d: number): RandomSource {
  return () => {
    const result = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9) >>> 0
    const shifted = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= shifted
    d = rotateLeft(d, 11)
    return result
  }
}

function splitmix32(seed: number): RandomSource {
  let state = seed
  return () => {
    state = (state + 0x9e3779b9) | 0
    let z = state ^ (state >>> 16)
    z = Math.imul(z, 0x21f0aaad)
    z ^= z >>> 15
    z = Math.imul(z, 0x735a2d97)
    return z ^ (z >>> 15)
  }
}

function rotateLeft(x: number, bits: number): number {
  return (x << bits) | (x >>> (32 - bits))
}
