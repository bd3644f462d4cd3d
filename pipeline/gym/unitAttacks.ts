/** What contributors and owners may try with units alone: whose rows stand together, and rows that nobody contributed. */
import type { PaidUnit } from '../../attribution/bookPay.ts'
import { dot } from '../../attribution/codes.ts'
import { fixedWeights } from '../../attribution/fixedWeights.ts'
import { capOf } from '../../attribution/multipliers.ts'
import { quantise } from '../../attribution/sketch.ts'
import { type CountedRow, scaledUnits, unitSketch, unitSum } from '../../attribution/unitSketch.ts'
import type { SketchedModel } from '../certify/paidModel.ts'
import { createRandom, type Random, shuffled } from '../math/random.ts'
import { type Book, FEE, FIXED, FLOORED, sharesOf } from './bookShares.ts'
import type { World } from './world.ts'

const UNIT_ROWS = 16
const BAD_ROWS = 10
const DRAWS = 5
/** Below the 0.80 at which two kept rows are near-copies. */
const APART = 0.78
/** Contributors who are split in two, one after the other. */
const SPLITTING = 12

/** What mates in a joint unit of so many rows keep when one of the worst rows joins them. */
export function badRows(model: SketchedModel, book: Book, random: Random) {
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
export function inventedUnits(model: SketchedModel, book: Book) {
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
export function secondNames(model: SketchedModel, world: World, random: Random) {
  const rowsOf = contributionRows(model)
  const way = totalWay(model)
  const along = (row: number): number =>
    (model.multipliers[row] as number) *
    (model.codes[row] as Int8Array).reduce((sum, code, d) => sum + code * (way[d] as number), 0)
  const splitting = world.contributions.flatMap(({ isHonest }, place) =>
    isHonest && (rowsOf[place]?.length ?? 0) >= 2 * UNIT_ROWS ? [place] : [],
  )
  const gain = (order: (rows: readonly number[]) => readonly number[]): number => {
    const gains = splitting.slice(0, SPLITTING).map((place) => {
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
