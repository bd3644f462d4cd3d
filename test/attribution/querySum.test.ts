import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { batchSum, withoutRecord } from '../../attribution/querySum.ts'
import { codeCounts } from './draws.ts'
import { recordsOf } from './records.ts'

const batches = codeCounts.chain((k) => fc.record({ k: fc.constant(k), records: recordsOf(k, 20) }))
const sketch = (first: number) => new Uint8Array(8).with(0, first)

describe('the sum of a batch', () => {
  it('adds up, dimension by dimension, the fees of the records whose bit is set', () => {
    const sum = batchSum(
      [
        { feeUnits: 5, sketch: sketch(0b11000000) },
        { feeUnits: 65_535, sketch: sketch(0b10100001) },
      ],
      64,
    )
    expect([...sum.subarray(0, 9)]).toEqual([65_540, 5, 65_535, 0, 0, 0, 0, 65_535, 0])
  })

  it('of no records is zero, and of records without sketches empty', () => {
    expect(batchSum([], 64)).toEqual(new Uint32Array(64))
    expect(batchSum([{ feeUnits: 5, sketch: new Uint8Array() }], 0)).toEqual(new Uint32Array())
  })

  it('does not depend on the order of its records', () => {
    fc.assert(
      fc.property(batches, ({ k, records }) => {
        expect(batchSum(records.toReversed(), k)).toEqual(batchSum(records, k))
      }),
    )
  })

  it('without a record is that of the others', () => {
    fc.assert(
      fc.property(batches, fc.nat(), ({ k, records }, at) => {
        fc.pre(records.length > 0)
        const out = at % records.length
        const rest = withoutRecord(batchSum(records, k), records[out] as (typeof records)[number])
        expect(rest).toEqual(batchSum(records.toSpliced(out, 1), k))
      }),
    )
  })

  it('cannot lose a record that is not in it', () => {
    const sum = batchSum([{ feeUnits: 5, sketch: sketch(0b11000000) }], 64)
    expect(() => withoutRecord(sum, { feeUnits: 6, sketch: sketch(0b01000000) })).toThrow(
      'A record of 6 fee units is not in a sum with 5 in dimension 1',
    )
  })

  it('refuses fees that are none, sketches of another length, and more records than a batch holds', () => {
    const one = { feeUnits: 1, sketch: sketch(1) }
    for (const feeUnits of [0, 65_536, 1.5, -1]) {
      expect(() => batchSum([one, { ...one, feeUnits }], 64)).toThrow(
        `Record 1 has a fee of ${feeUnits} units and a sketch of 8 bytes`,
      )
    }
    expect(() => batchSum([one], 128)).toThrow('Record 0 has a fee of 1 units and a sketch of 8 bytes')
    expect(() => batchSum(new Array(1025).fill(one), 64)).toThrow('A batch cannot have 1025 records')
    expect(batchSum(new Array(1024).fill({ ...one, feeUnits: 65_535 }), 64)[7]).toBe(67_107_840)
  })
})
