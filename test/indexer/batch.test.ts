import * as fc from 'fast-check'
import { bytesToHex, type Hex, hexToBytes, keccak256 } from 'viem'
import { describe, expect, it } from 'vitest'
import { batchFacts } from '../../indexer/decode/batch.ts'
import type { Fact } from '../../indexer/decode/facts.ts'
import { splitFee, sum } from '../../indexer/decode/feeSplit.ts'
import type { BatchRecorded, Role } from '../../indexer/decode/ledgerFacts.ts'
import { feeSplitter } from '../../indexer/decode/quickSplit.ts'
import type { ModelTerms } from '../../indexer/decode/terms.ts'
import { decodeRecords, encodeRecords, splitRecords } from '../../sdk/record.ts'
import { anyRecord, TERMS } from './support/anyRecord.ts'

const TREASURY = 1n

const anyTerms: fc.Arbitrary<ModelTerms> = fc.record({
  owner: fc.bigInt(1n, 4n),
  rowCount: fc.constant(BigInt(TERMS.rowCount)),
  dims: fc.constant(BigInt(TERMS.dims)),
  topK: fc.constant(BigInt(TERMS.topK)),
  contributorBps: fc.bigInt(0n, 5_000n),
  operatorBps: fc.bigInt(0n, 1_500n),
  pool: fc.option(fc.bigInt(1n, 4n)),
  royalties: fc.array(fc.record({ account: fc.bigInt(1n, 4n), bps: fc.bigInt(0n, 800n) }), { maxLength: 4 }),
})

const recorded: BatchRecorded = {
  block: 7n,
  logIndex: 3n,
  transactionHash: `0x${'bb'.repeat(32)}`,
  batch: 9n,
  model: 5n,
  operator: 2n,
  epoch: 11n,
  count: 3n,
  treasuryBps: 300n,
  feesGwei: 12n,
  root: `0x${'cc'.repeat(32)}`,
}

/** The plain way: every part of every fee as a bigint, booked one by one. */
function plainFacts(records: Hex, terms: ModelTerms): readonly Fact[] {
  const { block, batch, model, operator, epoch } = recorded
  const bytes = hexToBytes(records)
  const facts: Fact[] = [{ table: 'batchRecorded', row: recorded }]
  const booked: { readonly role: Role; readonly account: bigint; readonly amountGwei: bigint }[] = []
  for (const [i, record] of decodeRecords(bytes, TERMS).entries()) {
    const position = BigInt(i)
    const split = splitFee(
      record.feeGwei,
      record.rows.map(({ weight }) => BigInt(weight)),
      {
        ...terms,
        isPooled: terms.pool !== null,
        royaltiesBps: terms.royalties.map(({ bps }) => bps),
        treasuryBps: recorded.treasuryBps,
      },
    )
    const { rowsGwei, pooledGwei, operatorGwei, royaltiesGwei, ownerGwei, treasuryGwei } = split
    facts.push({
      table: 'inference',
      row: {
        block,
        batch,
        position,
        model,
        operator,
        payer: BigInt(record.payer),
        commitment: record.commitment,
        recordHash: keccak256(splitRecords(bytes, TERMS.dims)[i] ?? '0x'),
        sketch: bytesToHex(record.sketch),
        feeGwei: record.feeGwei,
        contributorsGwei: sum(rowsGwei) + pooledGwei,
        operatorGwei,
        royaltiesGwei: sum(royaltiesGwei),
        ownerGwei,
        treasuryGwei,
      },
    })
    for (const [rank, { row, account, weight }] of record.rows.entries()) {
      const amountGwei = rowsGwei[rank] ?? 0n
      const place = { block, batch, position, rank: BigInt(rank), model }
      const credited = { row: BigInt(row), account: BigInt(account), weight: BigInt(weight), amountGwei }
      facts.push({ table: 'attribution', row: { ...place, ...credited } })
      booked.push({ role: 'Contributor', account: BigInt(account), amountGwei })
    }
    if (terms.pool !== null) booked.push({ role: 'Pool', account: terms.pool, amountGwei: pooledGwei })
    booked.push({ role: 'Operator', account: operator, amountGwei: operatorGwei })
    for (const [j, { account }] of terms.royalties.entries()) {
      booked.push({ role: 'Royalty', account, amountGwei: royaltiesGwei[j] ?? 0n })
    }
    booked.push({ role: 'Owner', account: terms.owner, amountGwei: ownerGwei })
    booked.push({ role: 'Treasury', account: TREASURY, amountGwei: treasuryGwei })
  }
  for (const parts of Map.groupBy(booked, ({ role, account }) => `${role} ${account}`).values()) {
    const [first] = parts
    const amountGwei = sum(parts.map((part) => part.amountGwei))
    if (first === undefined || amountGwei === 0n) continue
    facts.push({ table: 'credit', row: { block, batch, ...first, model, epoch, amountGwei } })
  }
  return facts
}

describe('a batch', () => {
  it('becomes the facts that its records tell, one by one, and credits that add up', () => {
    fc.assert(
      fc.property(anyTerms, fc.array(anyRecord(true), { minLength: 1, maxLength: 6 }), (terms, drawn) => {
        const records = bytesToHex(
          encodeRecords(terms.pool === null ? drawn : drawn.map((record) => ({ ...record, rows: [] })), TERMS),
        )
        const facts = batchFacts(recorded, records, terms, TREASURY)
        const paid = facts.flatMap((fact) => (fact.table === 'credit' ? [fact.row.amountGwei] : []))
        expect(new Set(facts)).toEqual(new Set(plainFacts(records, terms)))
        expect(sum(paid)).toBe(sum(drawn.map(({ feeGwei }) => feeGwei)))
      }),
      { numRuns: 500 },
    )
  })
})

describe('a quick split', () => {
  const bps = fc.oneof(fc.bigInt(0n, 10_000n), fc.constantFrom(0n, 1n, 10_000n))
  const anySplit = fc.record({
    contributorBps: bps,
    isPooled: fc.boolean(),
    operatorBps: bps,
    royaltiesBps: fc.array(bps, { maxLength: 4 }),
    treasuryBps: bps,
  })
  const near = (value: bigint) => fc.bigInt(value - 70_000n, value + 70_000n)
  const fee = fc.oneof(fc.bigInt(0n, 70_000n), fc.bigInt(0n, 2n ** 64n - 1n), near(2n ** 37n), near(2n ** 53n))
  const weights = fc.array(fc.oneof(fc.nat(65_535), fc.constantFrom(0, 65_534, 65_535)), { maxLength: 16 })

  it('is the plain one, whatever the fee and the terms', () => {
    fc.assert(
      fc.property(fee, weights, anySplit, (feeGwei, listed, terms) => {
        expect(feeSplitter(terms)(feeGwei, listed)).toEqual(splitFee(feeGwei, listed.map(BigInt), terms))
      }),
      { numRuns: 5_000 },
    )
  })

  it('is the plain one where shares are parts of a whole, and every quotient close to a whole number', () => {
    const sound = fc.bigInt(0n, 10_000n).map((contributorBps) => ({
      contributorBps,
      isPooled: false,
      operatorBps: 10_000n - contributorBps,
      royaltiesBps: [],
      treasuryBps: 0n,
    }))
    const wholes = fc.tuple(fc.bigInt(0n, 2n ** 37n / 10_000n), fc.bigInt(-1n, 1n))
    fc.assert(
      fc.property(wholes, weights, sound, ([tenThousands, off], listed, terms) => {
        const whole = tenThousands * 10_000n + off
        const feeGwei = whole < 0n ? 0n : whole
        expect(feeSplitter(terms)(feeGwei, listed)).toEqual(splitFee(feeGwei, listed.map(BigInt), terms))
      }),
      { numRuns: 5_000 },
    )
  })
})
