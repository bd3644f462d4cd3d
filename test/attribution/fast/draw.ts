import fc from 'fast-check'
import { packSketch } from '../../../attribution/sketch.ts'

/** Sketches that are hard on a search: extremes, zeros, single codes, repeats of others and what is close to them. */

export const dims = fc.constantFrom(64, 128, 192, 256, 4096)

export function sketchOf(size: number): fc.Arbitrary<Int8Array> {
  const code = fc.integer({ min: -7, max: 7 })
  const whole = (one: fc.Arbitrary<number>) =>
    fc.array(one, { minLength: size, maxLength: size }).map((list) => Int8Array.from(list))
  return fc.oneof(
    whole(code),
    whole(fc.constantFrom(-7, 7)),
    code.map((x) => new Int8Array(size).fill(x)),
    fc.tuple(code, fc.nat(size - 1)).map(([x, at]) => new Int8Array(size).map((_, d) => (d === at ? x : 0))),
  )
}

/** Sketches of which some stand there several times over, and some are others with a few codes turned. */
export function sketchesOf(size: number, most: number): fc.Arbitrary<readonly Int8Array[]> {
  const turn = ([sketch, places]: [Int8Array, number[]]) =>
    places.reduce((turned, at) => turned.with(at % size, -(turned[at % size] as number)), sketch)
  return fc.array(sketchOf(size), { minLength: 1, maxLength: Math.ceil(most / 2) }).chain((distinct) =>
    fc
      .array(fc.tuple(fc.constantFrom(...distinct), fc.array(fc.nat(size - 1), { maxLength: 3 })).map(turn), {
        maxLength: Math.floor(most / 2),
      })
      .chain((more) => fc.shuffledSubarray([...distinct, ...more], { minLength: distinct.length + more.length })),
  )
}

export function packed(sketches: readonly Int8Array[]): Uint8Array {
  return Uint8Array.from(sketches.flatMap((codes) => [...packSketch(codes)]))
}
