import * as fc from 'fast-check'
import { bytesToHex, type Hex } from 'viem'
import { describe, expect, it } from 'vitest'
import { batchSum } from '../../../attribution/querySum.ts'
import { sumHash } from '../../../attribution/querySumBytes.ts'
import { batchFacts } from '../../../chain/events/batch.ts'
import type { Fact } from '../../../chain/events/facts.ts'
import { noTerms, type Terms } from '../../../chain/events/terms.ts'
import { batchOf } from '../../../sdk/batch.ts'
import { bookId } from '../../../sdk/book.ts'
import { channelId, encodeToldChannels } from '../../../sdk/channel.ts'
import { encodeRecords, recordLeaf } from '../../../sdk/record.ts'
import { anyChannel, anyRecord } from '../../support/anyRecord.ts'

const [model, operator] = [5, 2]
const book = bookId({ model, operator, number: 3 })
const place = { block: 7n, logIndex: 3n, transactionHash: `0x${'bb'.repeat(32)}` } as const

const anyBatch = fc
  .tuple(fc.constantFrom(0, 64, 256), fc.array(anyChannel, { minLength: 1, maxLength: 4 }))
  .chain(([k, channels]) =>
    fc.record({
      k: fc.constant(k),
      channels: fc.constant(channels),
      records: fc.array(anyRecord(k, channels), { minLength: 1, maxLength: 8 }),
      feeUnitGwei: fc.bigInt(1n, 10n ** 9n),
      ratioBps: fc.bigInt(5_000n, 30_000n),
      perRecordGwei: fc.bigInt(1n, 10n ** 8n),
    }),
  )
type Drawn = typeof anyBatch extends fc.Arbitrary<infer T> ? T : never

const termsOf = ({ k, feeUnitGwei, ratioBps, perRecordGwei }: Drawn): Terms => ({
  ...noTerms,
  models: new Map([[model, { feeUnitGwei, dims: k, recordDims: k }]]),
  cover: { ratioBps, perRecordGwei },
})

const toldOf = ({ k, channels, records }: Drawn) => {
  const { header } = batchOf({ batch: 9n, book, number: 4, recordedIn: 7 }, channels, records, k)
  return {
    batch: 9n,
    book,
    number: 4,
    units: header.units,
    root: header.root,
    channels: bytesToHex(encodeToldChannels(channels)),
    records: bytesToHex(encodeRecords(records, k, channels.length)),
  }
}

/** The plain way: one record after the other. */
function plainFacts(drawn: Drawn, { units, root }: { readonly units: bigint; readonly root: Hex }): readonly Fact[] {
  const { k, channels, records, feeUnitGwei, ratioBps, perRecordGwei } = drawn
  const [block, logIndex, batch] = [7n, 3n, 9n]
  const ids = channels.map(({ payer, salt }) => channelId({ payer, operator, model, salt }))
  const count = BigInt(records.length)
  const feesGwei = units * feeUnitGwei
  const whole = feesGwei * ratioBps
  const coverGwei = whole / 10_000n + (whole % 10_000n === 0n ? 0n : 1n) + count * perRecordGwei
  const of = { model, operator }
  const head = { ...place, batch, book, ...of, number: 4n, count, units, feesGwei, coverGwei, root }
  return [
    { table: 'batchRecorded', row: { ...head, sumHash: sumHash(batchSum(records, k)) } },
    ...records.map((record, i): Fact => {
      const { channel, feeUnits, commitment, sketch } = record
      return {
        table: 'inference',
        row: {
          block,
          batch,
          position: BigInt(i),
          ...of,
          payer: channels[channel]?.payer ?? 0,
          channelIndex: BigInt(channel),
          feeUnits: BigInt(feeUnits),
          feeGwei: BigInt(feeUnits) * feeUnitGwei,
          commitment,
          recordHash: recordLeaf(ids[channel] as Hex, record),
          sketch: k === 0 ? null : bytesToHex(sketch),
        },
      }
    }),
    ...channels.map(({ payer, salt, coveredUnits, chargedUnits }, i): Fact => {
      const ours = records.filter(({ channel }) => channel === i).reduce((sum, { feeUnits }) => sum + feeUnits, 0)
      return {
        table: 'channelCharged',
        row: {
          block,
          logIndex,
          batch,
          position: BigInt(i),
          channel: ids[i] as Hex,
          payer,
          salt: BigInt(salt),
          units: BigInt(ours),
          coveredUnits: BigInt(coveredUnits),
          chargedUnits: BigInt(chargedUnits),
        },
      }
    }),
  ]
}

describe('a batch', () => {
  it('becomes the facts that its channels and records give, one by one, and its fees add up', () => {
    fc.assert(
      fc.property(anyBatch, (drawn) => {
        const told = toldOf(drawn)
        const facts = batchFacts(place, told, termsOf(drawn))
        expect(facts).toEqual(plainFacts(drawn, told))
        const fees = facts.flatMap((fact) => (fact.table === 'inference' ? [fact.row.feeGwei] : []))
        expect(fees.reduce((sum, fee) => sum + fee, 0n)).toBe(told.units * drawn.feeUnitGwei)
      }),
      { numRuns: 300 },
    )
  })

  it('is refused where its bytes do not lead to the root of the event, or its model is not known', () => {
    fc.assert(
      fc.property(anyBatch, (drawn) => {
        const told = toldOf(drawn)
        const other = { ...told, root: `0x${'cc'.repeat(32)}` } as const
        expect(() => batchFacts(place, other, termsOf(drawn))).toThrow('These are not the records of batch 9')
        expect(() => batchFacts(place, told, noTerms)).toThrow('is of model 5, which is not registered')
      }),
      { numRuns: 20 },
    )
  })
})
