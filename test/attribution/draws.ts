import fc from 'fast-check'
import type { CountedRow, ScaledUnit } from '../../attribution/unitSketch.ts'
import { sketchOf } from './fast/draw.ts'

/** Lengths of sketches: the shortest, odd ones, the default and the longest. */
export const codeCounts: fc.Arbitrary<number> = fc.constantFrom(64, 128, 192, 256, 1024)

/** Rows with multipliers of any size, many of them 0 or the largest. */
export function countedRows(k: number, most: number): fc.Arbitrary<CountedRow[]> {
  const multiplier = fc.oneof(fc.constantFrom(0, 1, 65_535), fc.integer({ min: 0, max: 65_535 }))
  return fc.array(fc.record({ multiplier, codes: sketchOf(k) }), { maxLength: most })
}

/** Units of a model, at the extremes too. */
export function scaledUnitsOf(k: number, most: number): fc.Arbitrary<ScaledUnit[]> {
  const scale = fc.oneof(fc.constantFrom(0, 1, 65_535), fc.integer({ min: 0, max: 65_535 }))
  return fc.array(fc.record({ scale, codes: sketchOf(k) }), { minLength: 1, maxLength: most })
}

export const flat = (k: number, code: number): Int8Array => new Int8Array(k).fill(code)

/** A sketch whose only code that is not zero is at one place. */
export const single = (k: number, at: number, code: number): Int8Array => flat(k, 0).with(at, code)

export const largest = (values: readonly bigint[]): bigint => values.toSorted((a, b) => (a < b ? -1 : 1)).at(-1) ?? 0n
