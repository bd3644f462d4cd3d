/**
 * Rules that pay a book, as the chain does: one-bit query sketches, unit sketches, integers all the way (attribution/bookPay.ts). A
 * book holds the answers, each as often as it is counted, at one fee unit each.
 *
 *     net influence      by what moved the answers, harm netted against help; floors of 0, ½, 1 and 2, bases of 0, 20 and 50 %
 *     fixed weights      by the training rows alone
 *     equal split        each row alike, near-copies and all: nothing is sketched, so nothing is dropped
 *     unrounded          net influence with a floor of 1 from the floats that codes and bits were rounded from
 */
import { memberDraw, type PayTerms, payBook } from '../../../attribution/bookPay.ts'
import type { BookSum } from '../../../attribution/bookSum.ts'
import { unitTerms } from '../../../attribution/explanation.ts'
import { multipliersOf } from '../../../attribution/multipliers.ts'
import { signsOf } from '../../../attribution/querySketch.ts'
import { innerProduct, squaredLength } from '../../../attribution/vectors.ts'
import type { Cell, CertifiedRows } from '../certificationSet.ts'
import { type PaidModel, rowAt, type SketchedModel } from '../paidModel.ts'
import type { Outcome, RuleName } from './outcome.ts'

/** How contributors' part of a book is shared out among them. */
export type SharingTerms = Pick<PayTerms, 'baseBps' | 'floorBps' | 'sketched'>

const WHOLE_BPS = 10_000

/** Gwei a fee unit: so many that what rounding leaves is nothing beside it. */
const FEE_UNIT = 1_000_000_000n

/** All of it to contributors: shares of other parties do not change how they share theirs. */
const ALL_TO_CONTRIBUTORS = {
  contributorBps: WHOLE_BPS,
  operatorBps: 0,
  royaltiesBps: [],
  treasuryBps: 0,
  feeUnit: FEE_UNIT,
} as const

/** Those that every other rule is compared with. */
export const REFERENCE_TERMS: SharingTerms = { baseBps: 0, floorBps: 10_000, sketched: true }

const BOOK_RULES: readonly (readonly [RuleName, SharingTerms])[] = [
  ['net influence', REFERENCE_TERMS],
  ['net influence, no floor', { baseBps: 0, floorBps: 0, sketched: true }],
  ['net influence, floor ½', { baseBps: 0, floorBps: 5_000, sketched: true }],
  ['net influence, floor 2', { baseBps: 0, floorBps: 20_000, sketched: true }],
  ['net influence, base 20 %', { baseBps: 2_000, floorBps: 10_000, sketched: true }],
  ['net influence, base 50 %', { baseBps: 5_000, floorBps: 10_000, sketched: true }],
  ['fixed weights', { baseBps: 0, floorBps: 10_000, sketched: false }],
]

export function bookOutcomes(model: SketchedModel, rows: CertifiedRows): readonly Outcome[] {
  const sumOf = bookSums(model)
  const scores = scoresOf(model, rows.contributors)
  return BOOK_RULES.map(([name, terms]) => ({
    name,
    pay: (counts) => spread(payContributions(model, terms, sumOf(counts), rows.contributors), rows),
    scores: terms.sketched && terms.baseBps === 0 ? scores : null,
  }))
}

/** What a book pays each contribution, in fees. */
export function payContributions(
  { units, members }: Pick<PaidModel, 'units' | 'members'>,
  terms: SharingTerms,
  sum: BookSum,
  contributions: number,
): Float64Array {
  const paid = payBook({ ...ALL_TO_CONTRIBUTORS, ...terms }, units, { ...sum, given: 0n })
  const gwei = new Array<bigint>(contributions).fill(0n)
  for (const [unit, amount] of paid.units.entries()) {
    const sharing = members[unit] ?? []
    const unitKept = units[unit]?.kept ?? 0
    for (const { contribution, kept } of sharing) {
      const draw = sharing.length === 1 ? amount : memberDraw(amount, kept, unitKept, 0n)
      gwei[contribution] = (gwei[contribution] as bigint) + draw
    }
  }
  return Float64Array.from(gwei, (amount) => Number(amount) / Number(FEE_UNIT))
}

/**
 * Books of the answers by how often each is counted. The same counts are asked for by every rule, one after the other.
 * @param signs By answer: 1 unless told; −1 turns its sketch around.
 */
export function bookSums({ answers, k }: SketchedModel, signs?: Int8Array): (counts: Float64Array) => BookSum {
  const moved = answers.map(({ bits }, answer) => signsOf(bits).map((bit) => bit * (signs?.[answer] ?? 1)))
  let last: { readonly counts: Float64Array; readonly sum: BookSum } | undefined
  return (counts) => {
    if (last?.counts !== counts) last = { counts, sum: sumOf(moved, counts, k) }
    return last.sum
  }
}

/** @param signs By answer, 1 or −1 of each dimension. */
function sumOf(signs: readonly Int8Array[], counts: Float64Array, k: number): BookSum {
  const query = new Float64Array(k)
  let feeUnits = 0
  for (const [answer, times] of counts.entries()) {
    if (times === 0) continue
    feeUnits += times
    const own = signs[answer] as Int8Array
    for (let d = 0; d < k; d++) query[d] = (query[d] as number) + times * (own[d] as number)
  }
  return { feeUnits: BigInt(feeUnits), query: BigInt64Array.from(query, (x) => BigInt(x)) }
}

/**
 * Net influence of each contribution in the book of the answers, as a part of what the book shares out by it and by its floor: below
 * 0 where harm outweighs help.
 */
export function netInfluences(model: SketchedModel, counts: Float64Array, contributions: number): Float64Array {
  const sum = bookSums(model)(counts)
  const { divisor } = payBook({ ...ALL_TO_CONTRIBUTORS, ...REFERENCE_TERMS }, model.units, { ...sum, given: 0n })
  const net = new Float64Array(contributions)
  for (const [unit, { scale, codes, kept }] of model.units.entries()) {
    const weight = scale * codes.reduce((all, code, d) => all + code * Number(sum.query[d]), 0)
    for (const member of model.members[unit] ?? []) {
      const part = (weight * member.kept) / (kept || 1) / Number(divisor)
      net[member.contribution] = (net[member.contribution] as number) + part
    }
  }
  return net
}

/** Every row alike, whatever is answered. */
export function equalSplit({ cells, items }: CertifiedRows): Outcome {
  return {
    name: 'equal split',
    pay: (counts) => Float64Array.from(cells, ({ rows }) => (total(counts) * rows) / items.length),
    scores: null,
  }
}

/** Every contributor alike: it tells nobody apart. */
export function contributorsAlike(rows: CertifiedRows): Outcome {
  const each = new Float64Array(rows.contributors)
  return {
    name: 'contributors alike',
    pay: (counts) => spread(each.fill(total(counts) / rows.contributors), rows),
    scores: null,
  }
}

/** Net influence with a floor of 1, from floats throughout: lengths of queries are 1, those of units what they are. */
export function unroundedOutcome(model: SketchedModel, rows: CertifiedRows): Outcome {
  const { mapped, codes, copies, k } = model
  const { strengths, lengths } = multipliersOf(
    mapped,
    codes,
    Array.from(codes, (_, row) => !copies.has(row)),
  )
  const sums = Array.from({ length: rows.contributors }, () => new Float64Array(k))
  for (const [row, contributor] of rows.contributorOf.entries()) {
    const by = (strengths[row] as number) / ((lengths[row] as number) || 1)
    const sum = sums[contributor] as Float64Array
    for (const [d, x] of rowAt(mapped, row).entries()) sum[d] = (sum[d] as number) + by * x
  }
  const everything = sums.reduce((all, sum) => all.map((x, d) => x + (sum[d] as number)), new Float64Array(k))
  const fixed = sums.map((sum) => Math.max(0, product(sum, everything) - product(sum, sum)))
  const longest = Math.sqrt(Math.max(...sums.map((sum) => product(sum, sum))))
  const terms = model.answers.map(({ mapped: query }) => {
    const length = Math.sqrt(squaredLength(query)) || 1
    return sums.map((sum) => innerProduct(sum, query) / length)
  })
  return {
    name: 'unrounded',
    pay: (counts) => {
      const weights = sums.map((_, c) =>
        Math.max(
          0,
          terms.reduce((sum, own, a) => sum + (counts[a] as number) * (own[c] as number), 0),
        ),
      )
      const fees = total(counts)
      const reached = weights.reduce((sum, weight) => sum + weight, 0)
      const divisor = Math.max(reached, fees * longest) || 1
      const allFixed = fixed.reduce((sum, weight) => sum + weight, 0) || 1
      const share = (c: number) =>
        (weights[c] as number) / divisor + ((1 - reached / divisor) * (fixed[c] as number)) / allFixed
      return spread(
        Float64Array.from(sums, (_, c) => fees * share(c)),
        rows,
      )
    },
    scores: null,
  }
}

/** What contributions were paid, spread over all of their rows: (cells). */
export function spread(paid: Float64Array, { cells, contributorOf }: CertifiedRows): Float64Array {
  const brought = new Uint32Array(paid.length)
  for (const contributor of contributorOf) brought[contributor] = (brought[contributor] as number) + 1
  return Float64Array.from(
    cells,
    ({ contributor, rows }: Cell) => ((paid[contributor] as number) * rows) / (brought[contributor] as number),
  )
}

/** The units' own terms of every answer, negative ones too, summed over each contribution's units: (answers, contributions). */
function scoresOf({ answers, units, members }: SketchedModel, contributions: number): Float64Array {
  const scores = new Float64Array(answers.length * contributions)
  for (const [answer, { bits }] of answers.entries())
    for (const [unit, term] of unitTerms(signsOf(bits), units).entries())
      for (const { contribution, kept } of members[unit] ?? []) {
        const at = answer * contributions + contribution
        const part = kept / ((units[unit]?.kept ?? 0) || 1)
        scores[at] = (scores[at] as number) + term * part
      }
  return scores
}

const total = (counts: Float64Array): number => counts.reduce((sum, times) => sum + times, 0)

function product(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, x, d) => sum + x * (b[d] as number), 0)
}
