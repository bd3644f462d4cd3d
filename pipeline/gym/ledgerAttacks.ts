/**
 * What payers, operators and owners may try with records and units alone, on the books of a world at peace: nothing is trained for
 * it, since none of it is data. Every figure is a ratio.
 *
 * Sketches are the attackers' own here, as if nobody held them against the requests: receipts, audits and bonds make that dear, and
 * are not counted.
 */
import { type PaidUnit, payBook } from '../../attribution/bookPay.ts'
import { dot } from '../../attribution/codes.ts'
import { fixedWeights } from '../../attribution/fixedWeights.ts'
import { capOf } from '../../attribution/multipliers.ts'
import { signsOf } from '../../attribution/querySketch.ts'
import { quantise } from '../../attribution/sketch.ts'
import { type CountedRow, scaledUnits, unitSketch, unitSum } from '../../attribution/unitSketch.ts'
import type { SketchedModel } from '../certify/paidModel.ts'
import type { SharingTerms } from '../certify/rules/books.ts'
import { measureSteering } from '../certify/steering.ts'
import { createRandom, type Random, shuffled } from '../train/math/random.ts'
import type { World } from './world.ts'

export type LedgerFigures = Readonly<Record<LedgerAttackName, number>>

export const LEDGER_ATTACKS = [
  ['bestDirection', 'a paid call in the best direction: part of its pool to one unit'],
  ['bestDirectionNoFloor', '… without a floor'],
  ['bestDirectionOfFive', '… in a book of five answers'],
  ['bestDirectionAlone', '… in a book of its own'],
  ['coalition', '… five units together'],
  ['coalitionNoFloor', '… five units together, without a floor'],
  ['silence', 'an operator records noise, and one word in a hundred for a friend: the friend’s part of the pool'],
  ['silenceNoFloor', '… without a floor'],
  ['silenceHonest', '… when all is recorded as it was'],
  [
    'secondOperator',
    'a second operator’s words for a friend, a tenth of all fees: part of the first one’s pools that changes hands',
  ],
  ['secondOperatorShared', '… if both had one book'],
  ['griefReal', 'a paid call to hurt: what the victim loses of its pool, by the worst real request'],
  ['griefAny', '… by any sketch'],
  ['badRow16', 'one bad row in a joint unit of 16 rows: its mates’ pay, over before'],
  ['badRow64', '… of 64 rows'],
  ['badRow256', '… of 256 rows'],
  ['inventedFree', 'an owner invents a unit of 16 rows, at any scale: its part of the pool (a false unit)'],
  ['inventedAlike', '… 16 equal rows that add up (near-copies that were kept)'],
  ['inventedApart', '… 16 rows that add up and are no near-copies'],
  ['secondName', 'own rows under two names at random, by fixed weights'],
  ['secondNameSorted', '… sorted by what they bring'],
] as const
export type LedgerAttackName = (typeof LEDGER_ATTACKS)[number][0]

const FLOORED: SharingTerms = { baseBps: 0, floorBps: 10_000, sketched: true }
const NO_FLOOR: SharingTerms = { baseBps: 0, floorBps: 0, sketched: true }
const FIXED: SharingTerms = { baseBps: 0, floorBps: 10_000, sketched: false }
/** Fee units of an answer. */
const FEE = 100
const UNIT_ROWS = 16
const BAD_ROWS = 10
const DRAWS = 5
/** Of all fees. */
const WORD = 0.01
const SECOND_OPERATOR = 0.1
const GRIEF = 0.02
/** Below the 0.80 at which two kept rows are near-copies. */
const APART = 0.78

/** A book in numbers: F and Q. */
interface Book {
  readonly fees: number
  readonly query: Float64Array
}

export function measureLedgerAttacks(model: SketchedModel, world: World, seed: number): LedgerFigures {
  const random = createRandom(seed, 'ledger attacks')
  const { units, answers } = model
  const signs = answers.map(({ bits }) => signsOf(bits))
  const book = addedUp(signs, model.k)
  const floored = measureSteering(units, answers, 10_000, seed)
  const free = measureSteering(units, answers, 0, seed)
  // Friends and victims are units that an honest book pays.
  const honest = sharesOf(units, FLOORED, book)
  const paidUnits = honest.flatMap((share, unit) => (share > 0 ? [unit] : []))
  return {
    bestDirection: floored.allAnswers,
    bestDirectionNoFloor: free.allAnswers,
    bestDirectionOfFive: floored.fiveAnswers,
    bestDirectionAlone: floored.alone,
    coalition: floored.fiveUnits,
    coalitionNoFloor: free.fiveUnits,
    ...silence(model, book, paidUnits, random),
    silenceHonest: Math.max(...honest),
    ...secondOperator(model, book, paidUnits),
    ...grief(model, book, signs, paidUnits),
    ...badRows(model, book, random),
    ...inventedUnits(model, book),
    ...secondNames(model, world, random),
  }
}

function addedUp(signs: readonly Int8Array[], k: number): Book {
  const query = new Float64Array(k)
  for (const sketch of signs) for (let d = 0; d < k; d++) query[d] = (query[d] as number) + FEE * (sketch[d] as number)
  return { fees: FEE * signs.length, query }
}

/** The book with one record more. */
function withWord({ fees, query }: Book, sketch: Int8Array, fee: number): Book {
  return { fees: fees + fee, query: query.map((x, d) => x + fee * (sketch[d] as number)) }
}

/** Each unit's part of the pool. */
function sharesOf(units: readonly PaidUnit[], terms: SharingTerms, { fees, query }: Book): readonly number[] {
  const paid = payBook(
    {
      contributorBps: 10_000,
      operatorBps: 0,
      royaltiesBps: [],
      treasuryBps: 0,
      feeUnit: 1_000_000_000n,
      ...terms,
    },
    units,
    { feeUnits: BigInt(fees), query: BigInt64Array.from(query, (x) => BigInt(Math.round(x))), given: 0n },
  )
  return paid.units.map((amount) => Number(amount) / Number(paid.total))
}

/** The sketch that says most for a unit. */
function wordFor({ codes }: PaidUnit): Int8Array {
  return codes.map((code) => (code >= 0 ? 1 : -1))
}

function silence({ units, k }: SketchedModel, { fees }: Book, friends: readonly number[], random: Random) {
  // Records of pure noise come in opposite pairs, so that they say nothing at all: one bit cannot be left empty.
  const noise: Book = { fees: Math.round(fees * (1 - WORD)), query: new Float64Array(k) }
  const word = Math.round(fees * WORD)
  const some = shuffled(friends, random)
  const most = (terms: SharingTerms): number =>
    Math.max(
      ...some.map((friend) => {
        const unit = units[friend] as PaidUnit
        return sharesOf(units, terms, withWord(noise, wordFor(unit), word))[friend] as number
      }),
    )
  return { silence: most(FLOORED), silenceNoFloor: most(NO_FLOOR) }
}

function secondOperator({ units, k }: SketchedModel, book: Book, friends: readonly number[]) {
  const before = sharesOf(units, FLOORED, book)
  const fee = Math.round(book.fees * SECOND_OPERATOR)
  const moved = (after: readonly number[]): number =>
    after.reduce((sum, share, unit) => sum + Math.abs(share - (before[unit] as number)) / 2, 0)
  const most = (booksOf: (word: Int8Array) => readonly Book[]): number =>
    Math.max(
      ...friends.map((friend) => {
        const [first] = booksOf(wordFor(units[friend] as PaidUnit)) as [Book, ...Book[]]
        return moved(sharesOf(units, FLOORED, first))
      }),
    )
  const empty: Book = { fees: 0, query: new Float64Array(k) }
  return {
    secondOperator: most((word) => [book, withWord(empty, word, fee)]),
    secondOperatorShared: most((word) => [withWord(book, word, fee)]),
  }
}

/** What a victim loses for each fee that is paid, in pools: negative pay of one who pays to hurt. */
function grief({ units }: SketchedModel, book: Book, signs: readonly Int8Array[], victims: readonly number[]) {
  const fee = Math.round(book.fees * GRIEF)
  const before = sharesOf(units, FLOORED, book)
  const lossOf = (victim: number, sketch: Int8Array): number => {
    const after = withWord(book, sketch, fee)
    const left = (sharesOf(units, FLOORED, after)[victim] as number) * after.fees
    return ((before[victim] as number) * book.fees - left) / fee
  }
  const worstReal = (victim: number): Int8Array => {
    const { codes } = units[victim] as PaidUnit
    return signs.reduce((worst, sketch) => (dot(codes, sketch) < dot(codes, worst) ? sketch : worst))
  }
  return {
    griefReal: Math.max(...victims.map((victim) => lossOf(victim, worstReal(victim)))),
    griefAny: Math.max(
      ...victims.map((victim) =>
        lossOf(
          victim,
          wordFor(units[victim] as PaidUnit).map((sign) => -sign),
        ),
      ),
    ),
  }
}

/** What mates in a joint unit of so many rows keep when one of the worst rows joins them. */
function badRows(model: SketchedModel, book: Book, random: Random) {
  const { copies, codes } = model
  const sum = book.query
  const termOf = (row: number): number => {
    const own = codes[row] as Int8Array
    return (model.multipliers[row] as number) * own.reduce((all, code, d) => all + code * (sum[d] as number), 0)
  }
  const kept = codes.flatMap((_, row) => (copies.has(row) ? [] : [row]))
  const byTerm = kept.toSorted((a, b) => termOf(a) - termOf(b))
  const bad = byTerm.slice(0, BAD_ROWS)
  const good = byTerm.slice(BAD_ROWS)
  const keeps = (size: number): number => {
    const ratios = Array.from({ length: DRAWS }, (_, draw) => {
      const drawn = shuffled(good, random)
      const mates = drawn.slice(0, size - 1)
      const others = inUnitsOf(drawn.slice(size - 1), 40)
      const before = unitPay(model, [mates, ...others], book)
      const after = unitPay(model, [[...mates, bad[draw % bad.length] as number], ...others], book)
      return before === 0 ? 1 : (after * ((size - 1) / size)) / before
    })
    return ratios.reduce((all, ratio) => all + ratio, 0) / ratios.length
  }
  return { badRow16: keeps(16), badRow64: keeps(64), badRow256: keeps(256) }
}

function inUnitsOf(rows: readonly number[], size: number): readonly (readonly number[])[] {
  return Array.from({ length: Math.floor(rows.length / size) }, (_, unit) => rows.slice(unit * size, (unit + 1) * size))
}

/** The part of the pool that the first of these units gets. */
function unitPay(model: SketchedModel, rows: readonly (readonly number[])[], book: Book): number {
  return sharesOf(
    unitsOf(
      model,
      rows.map((unit) => unit.map((row) => countedRow(model, row))),
    ),
    FLOORED,
    book,
  )[0] as number
}

function countedRow({ multipliers, codes }: SketchedModel, row: number): CountedRow {
  return { multiplier: multipliers[row] as number, codes: codes[row] as Int8Array }
}

function unitsOf({ k }: SketchedModel, rows: readonly (readonly CountedRow[])[]): readonly PaidUnit[] {
  const scaled = scaledUnits(rows.map((unit) => unitSketch(unitSum(unit, k))))
  const fixed = fixedWeights(scaled)
  return scaled.map((unit, u) => ({
    ...unit,
    kept: (rows[u] as readonly CountedRow[]).length,
    fixed: fixed[u] as bigint,
    struck: false,
  }))
}

/** A unit of 16 rows that nobody contributed, beside the real ones. */
function inventedUnits(model: SketchedModel, book: Book) {
  const { multipliers, units, members } = model
  const way = totalWay(model)
  const rowsOf = contributionRows(model)
  const real = members.map((sharing) =>
    sharing.flatMap(({ contribution }) => (rowsOf[contribution] ?? []).map((row) => countedRow(model, row))),
  )
  const shareWith = (invented: readonly CountedRow[]): number =>
    sharesOf(unitsOf(model, [...real, invented]), FLOORED, book).at(-1) as number
  const capped = (own: Int8Array): CountedRow => ({ multiplier: capOf(dot(own, own)), codes: own })
  // Of what points their way most, and of what a one-bit sketch answers to most, the better.
  const pointing = [quantise(Float32Array.from(way)), Int8Array.from(way, (x) => (x >= 0 ? 7 : -7))]
  const free = pointing.map((own) => {
    const scaled = [...units.map(({ scale, codes }) => ({ scale, codes })), { scale: 65_535, codes: own }]
    const fixed = fixedWeights(scaled)
    return scaled.map((unit, u) => ({ ...unit, kept: UNIT_ROWS, fixed: fixed[u] as bigint, struck: false }))
  })
  const random = createRandom(multipliers.length, 'invented rows')
  return {
    inventedFree: Math.max(...free.map((all) => sharesOf(all, FLOORED, book).at(-1) as number)),
    inventedAlike: Math.max(...pointing.map((own) => shareWith(Array.from({ length: UNIT_ROWS }, () => capped(own))))),
    inventedApart: shareWith(Array.from({ length: UNIT_ROWS }, () => capped(besideOf(way, random)))),
  }
}

/** T, of length 1: where all units point. */
function totalWay({ units, k }: SketchedModel): Float64Array {
  const sum = new Float64Array(k)
  for (const { scale, codes } of units)
    for (let d = 0; d < k; d++) sum[d] = (sum[d] as number) + scale * (codes[d] as number)
  const length = Math.sqrt(sum.reduce((all, x) => all + x * x, 0)) || 1
  return sum.map((x) => x / length)
}

/** Codes that are as near to the way as rows can all be that are no near-copies of each other. */
function besideOf(way: Float64Array, random: Random): Int8Array {
  const noise = way.map(() => 2 * random.uniform() - 1)
  const along = noise.reduce((sum, x, d) => sum + x * (way[d] as number), 0)
  const beside = noise.map((x, d) => x - along * (way[d] as number))
  const length = Math.sqrt(beside.reduce((sum, x) => sum + x * x, 0)) || 1
  const [towards, away] = [Math.sqrt(APART), Math.sqrt(1 - APART) / length]
  return quantise(Float32Array.from(way, (x, d) => towards * x + away * (beside[d] as number)))
}

/** Own rows under two names: what they get together by fixed weights, over what they got under one. */
function secondNames(model: SketchedModel, world: World, random: Random) {
  const rowsOf = contributionRows(model)
  const way = totalWay(model)
  const along = (row: number): number =>
    (model.multipliers[row] as number) *
    (model.codes[row] as Int8Array).reduce((sum, code, d) => sum + code * (way[d] as number), 0)
  const splitting = world.contributions.flatMap(({ isHonest }, place) =>
    isHonest && (rowsOf[place]?.length ?? 0) >= 2 * UNIT_ROWS ? [place] : [],
  )
  const gain = (order: (rows: readonly number[]) => readonly number[]): number => {
    const gains = splitting.slice(0, 12).map((place) => {
      const counted = (rows: readonly number[]) => rows.map((row) => countedRow(model, row))
      const others = rowsOf.filter((rows, at) => at !== place && rows.length > 0)
      const own = rowsOf[place] as readonly number[]
      const ordered = order(own)
      const halves = [ordered.slice(0, ordered.length >> 1), ordered.slice(ordered.length >> 1)]
      const empty: Book = { fees: FEE, query: new Float64Array(model.k) }
      const one = sharesOf(unitsOf(model, [own, ...others].map(counted)), FIXED, empty)
      const two = sharesOf(unitsOf(model, [...halves, ...others].map(counted)), FIXED, empty)
      return { one: one[0] as number, two: (two[0] as number) + (two[1] as number) }
    })
    const sum = (of: 'one' | 'two') => gains.reduce((all, each) => all + each[of], 0)
    return sum('two') / sum('one')
  }
  return {
    secondName: gain((rows) => shuffled(rows, random)),
    secondNameSorted: gain((rows) => rows.toSorted((a, b) => along(a) - along(b))),
  }
}

/** The kept rows of every contribution. */
function contributionRows({ contributionOf, copies }: SketchedModel): readonly (readonly number[])[] {
  const rows = Array.from({ length: Math.max(...contributionOf) + 1 }, (): number[] => [])
  for (const [row, place] of contributionOf.entries()) if (!copies.has(row)) rows[place]?.push(row)
  return rows
}
