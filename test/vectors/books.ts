import { bytesToHex } from 'viem'
import { type Book, type PaidUnit, type PayTerms, payBook } from '../../attribution/bookPay.ts'
import { fixedWeights } from '../../attribution/fixedWeights.ts'
import { batchSum, type WeighedSketch, withoutRecord } from '../../attribution/querySum.ts'
import { encodeSum, sumHash } from '../../attribution/querySumBytes.ts'
import { type RandomSource, randomSource } from '../../attribution/random.ts'
import { bytes, integer } from './draw.ts'
import { drawUnits, packAll } from './units.ts'

/**
 * Batches of records: the bytes and the hash of their sums, and what is left of them without one
 * record.
 */
export function querySumVectors() {
  const next = randomSource(26)
  const batches: { k: number; records: readonly WeighedSketch[] }[] = [
    { k: 64, records: drawRecords(next, 64, 1) },
    { k: 128, records: drawRecords(next, 128, 3) },
    { k: 256, records: drawRecords(next, 256, 5) },
    { k: 320, records: drawRecords(next, 320, 4) },
    { k: 1024, records: drawRecords(next, 1024, 2) },
    { k: 64, records: new Array(1024).fill({ feeUnits: 65_535, sketch: new Uint8Array(8).fill(0xf0) }) },
    { k: 0, records: drawRecords(next, 0, 2) },
  ]
  return batches.map(({ k, records }) => {
    const sum = batchSum(records, k)
    const out = records.length >> 1
    const rest = withoutRecord(sum, records[out] as WeighedSketch)
    return {
      k,
      fees: records.map(({ feeUnits }) => feeUnits),
      sketches: bytesToHex(Uint8Array.from(records.flatMap(({ sketch }) => [...sketch]))),
      units: records.reduce((units, { feeUnits }) => units + feeUnits, 0),
      sum: bytesToHex(encodeSum(sum)),
      hash: sumHash(sum),
      without: out,
      restHash: sumHash(rest),
    }
  })
}

function drawRecords(next: RandomSource, k: number, count: number): readonly WeighedSketch[] {
  return Array.from({ length: count }, () => ({ feeUnits: 1 + integer(next, 65_535), sketch: bytes(next, k / 8) }))
}

type PayCase = {
  readonly name: string
  readonly terms: PayTerms
  readonly units: readonly PaidUnit[]
  readonly book: Book
}

/** Books of every kind, and who is paid what. */
export function bookPayVectors() {
  return payCases().map(({ name, terms, units, book }) => {
    const pay = payBook(terms, units, book)
    return {
      name,
      contributorBps: terms.contributorBps,
      operatorBps: terms.operatorBps,
      royaltiesBps: terms.royaltiesBps,
      treasuryBps: terms.treasuryBps,
      baseBps: terms.baseBps,
      floorBps: terms.floorBps,
      sketched: terms.sketched,
      feeUnit: String(terms.feeUnit),
      k: units[0]?.codes.length,
      kept: units.map(({ kept }) => kept),
      scales: units.map(({ scale }) => scale),
      codes: packAll(units.map(({ codes }) => codes)),
      fixed: units.map(({ fixed }) => String(fixed)),
      struck: units.map(({ struck }) => struck),
      feeUnits: String(book.feeUnits),
      query: [...book.query].map(String),
      given: String(book.given),
      weights: pay.weights.map(String),
      floor: String(pay.floor),
      divisor: String(pay.divisor),
      units: pay.units.map(String),
      operator: String(pay.operator),
      owner: String(pay.owner),
      royalties: pay.royalties.map(String),
      treasury: String(pay.treasury),
      total: String(pay.total),
    }
  })
}

function payCases(): readonly PayCase[] {
  const next = randomSource(27)
  const small = 10n ** 7n
  const supply = 10n ** 18n
  const usual: PayTerms = {
    contributorBps: 5_500,
    operatorBps: 2_500,
    royaltiesBps: [300, 125],
    treasuryBps: 200,
    baseBps: 0,
    floorBps: 10_000,
    sketched: true,
    feeUnit: 1_000_000n,
  }
  const some = drawPaidUnits(next, 64, 12)
  const book = drawBook(next, 64, small)
  const opposite = (units: readonly PaidUnit[], feeUnits: bigint) => {
    const [first] = units
    return BigInt64Array.from(first?.codes ?? [], (code) => (code > 0 ? -feeUnits : feeUnits))
  }
  return [
    { name: 'twelve units', terms: usual, units: some, book },
    { name: 'a base and no royalties', terms: { ...usual, royaltiesBps: [], baseBps: 3_333 }, units: some, book },
    { name: 'the lowest floor', terms: { ...usual, floorBps: 5_000 }, units: some, book },
    { name: 'the highest floor', terms: { ...usual, floorBps: 40_000 }, units: some, book },
    { name: 'no floor at all', terms: { ...usual, floorBps: 0 }, units: some, book },
    { name: 'a base that leaves nothing', terms: { ...usual, baseBps: 10_000 }, units: some, book },
    { name: 'something given', terms: usual, units: some, book: { ...book, given: 123_456_789n } },
    {
      name: 'only something given',
      terms: usual,
      units: some,
      book: { feeUnits: 0n, query: new BigInt64Array(64), given: 1_001n },
    },
    { name: 'one fee unit', terms: { ...usual, feeUnit: 1n }, units: some, book: drawBook(next, 64, 1n) },
    { name: 'answers that say nothing', terms: usual, units: some, book: { ...book, query: new BigInt64Array(64) } },
    {
      name: 'answers against the only unit',
      terms: usual,
      units: some.slice(0, 1),
      book: { feeUnits: small, query: opposite(some, small), given: 0n },
    },
    { name: 'one unit', terms: usual, units: some.slice(1, 2), book: drawBook(next, 64, small) },
    {
      name: 'struck units',
      terms: usual,
      units: some.map((unit, u) => ({ ...unit, struck: u % 5 === 1 })),
      book: { ...book, given: 55n },
    },
    {
      name: 'no unit left',
      terms: usual,
      units: some.map((unit) => ({ ...unit, struck: true })),
      book: { ...book, given: 55n },
    },
    {
      name: 'no kept rows',
      terms: { ...usual, baseBps: 2_000 },
      units: [{ ...(some[0] as PaidUnit), kept: 0, fixed: 0n }],
      book,
    },
    { name: 'no fixed weights', terms: usual, units: some.map((unit) => ({ ...unit, fixed: 0n })), book },
    {
      name: 'no sketches',
      terms: { ...usual, sketched: false, baseBps: 1_000 },
      units: some,
      book: { ...book, query: new BigInt64Array() },
    },
    {
      name: 'an equal split',
      terms: { ...usual, sketched: false, baseBps: 10_000 },
      units: some.map((unit) => ({ ...unit, scale: 0, codes: new Int8Array(), fixed: 0n })),
      book: { ...book, query: new BigInt64Array(), given: 7n },
    },
    { name: 'many units', terms: usual, units: drawPaidUnits(next, 64, 150), book: drawBook(next, 64, 10n ** 12n) },
    { name: '256 codes', terms: usual, units: drawPaidUnits(next, 256, 20), book: drawBook(next, 256, small) },
    {
      name: '1,024 codes and the whole supply',
      terms: { ...usual, feeUnit: 1n, floorBps: 5_000 },
      units: drawPaidUnits(next, 1024, 4),
      book: drawBook(next, 1024, supply),
    },
    {
      name: 'the largest weights that there can be',
      terms: { ...usual, feeUnit: 1n, contributorBps: 9_000, operatorBps: 0, royaltiesBps: [0] },
      units: [7, 7, -7].map((code) => ({
        ...{ kept: 1024, scale: 65_535, codes: new Int8Array(1024).fill(code), fixed: 2n ** 58n - 1n, struck: false },
      })),
      book: { feeUnits: supply, query: new BigInt64Array(1024).fill(supply), given: 2n ** 63n },
    },
  ]
}

function drawPaidUnits(next: RandomSource, k: number, count: number): readonly PaidUnit[] {
  const units = drawUnits(next, k, count)
  const fixed = fixedWeights(units)
  return units.map((unit, u) => ({
    ...unit,
    kept: 16 + integer(next, 1_009),
    fixed: fixed[u] as bigint,
    struck: false,
  }))
}

/** A book whose answers sum to anything that its fees allow: Q = 2 P − F. */
function drawBook(next: RandomSource, k: number, feeUnits: bigint): Book {
  const query = BigInt64Array.from({ length: k }, () => 2n * ((feeUnits * BigInt(next())) >> 32n) - feeUnits)
  return { feeUnits, query, given: 0n }
}
