import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bookSum } from '../../attribution/bookSum.ts'
import { signsOf } from '../../attribution/querySketch.ts'
import { batchSum, type WeighedSketch } from '../../attribution/querySum.ts'
import { codeCounts } from './draws.ts'
import { recordsOf, unitsOf } from './records.ts'

const batchOf = (records: readonly WeighedSketch[], k: number) => ({
  feeUnits: unitsOf(records),
  sum: batchSum(records, k),
})
const books = codeCounts.chain((k) => fc.record({ k: fc.constant(k), records: recordsOf(k, 20) }))

describe('the sum of a book', () => {
  it('is of its records: fees, and sketches by fees', () => {
    fc.assert(
      fc.property(books, ({ k, records }) => {
        const query = new BigInt64Array(k)
        for (const { feeUnits, sketch } of records) {
          signsOf(sketch).forEach((sign, d) => {
            query[d] = (query[d] as bigint) + BigInt(sign * feeUnits)
          })
        }
        expect(bookSum([batchOf(records, k)], k)).toEqual({ feeUnits: BigInt(unitsOf(records)), query })
      }),
    )
  })

  it('does not depend on how its records are batched, nor on their order', () => {
    fc.assert(
      fc.property(books, fc.array(fc.nat(20), { maxLength: 5 }), ({ k, records }, cuts) => {
        const edges = [0, ...cuts.map((cut) => Math.min(cut, records.length)).sort((a, b) => a - b), records.length]
        const turned = records.toReversed()
        const batches = edges.slice(1).map((to, i) => batchOf(turned.slice(edges[i], to), k))
        expect(bookSum(batches, k)).toEqual(bookSum([batchOf(records, k)], k))
      }),
    )
  })

  it('of no batches is nothing', () => {
    expect(bookSum([], 64)).toEqual({ feeUnits: 0n, query: new BigInt64Array(64) })
  })

  it('refuses a sum that is not of its batch', () => {
    const sum = new Uint32Array(64)
    expect(() =>
      bookSum(
        [
          { feeUnits: 3, sum },
          { feeUnits: 3, sum: sum.with(1, 4) },
        ],
        64,
      ),
    ).toThrow('Batch 1 has fees of 3 units and a sum of 64 dimensions up to 4')
    expect(() => bookSum([{ feeUnits: 3, sum }], 128)).toThrow('Batch 0 has fees of 3 units and a sum of 64 dimensions')
    expect(() => bookSum([{ feeUnits: 67_107_841, sum }], 64)).toThrow('Batch 0 has fees of 67107841 units')
  })
})
