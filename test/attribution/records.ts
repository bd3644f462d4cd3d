import fc from 'fast-check'
import type { WeighedSketch } from '../../attribution/querySum.ts'

/** Records with fees of every size and sketches of any bits. */
export function recordsOf(k: number, most: number): fc.Arbitrary<WeighedSketch[]> {
  const feeUnits = fc.oneof(fc.constantFrom(1, 65_535), fc.integer({ min: 1, max: 65_535 }))
  const sketch = fc.uint8Array({ minLength: k / 8, maxLength: k / 8 })
  return fc.array(fc.record({ feeUnits, sketch }), { maxLength: most })
}

export const unitsOf = (records: readonly WeighedSketch[]): number =>
  records.reduce((sum, { feeUnits }) => sum + feeUnits, 0)
