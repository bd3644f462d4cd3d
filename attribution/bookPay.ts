// The pay of a book: whom the fees of a model's answers belong to, to the gwei.
//
//   W_u   = max(0, scale_u · Σ_d Q_d · code_u,d)          0 of all where the term `sketched` is no
//   D     = floorBps · F · N / 10^4                       N of all units: fixedWeights.ts
//   S     = max(Σ W_u, D)                                 so one word cannot take a silent pool
//
//   f     = F · feeUnit gwei        P, operator, owner, royalties: f · their bps / 10^4
//   B     = P · baseBps / 10^4      P' = P − B
//   X     = P' · (S − Σ W) / S + G                        P' + G where S = 0
//   u     = B · kept_u / Σ kept + P' · W_u / S + X · fixed_u / Σ fixed
//   treasury = what is left of f + G
//
// Every division rounds down; a share of no weights is 0. Where all fixed weights are 0, X goes by
// kept rows. A struck unit has no kept rows, no W and no fixed weight, but stays in N.
// docs/protocol.md, "Books and pay". terms, units (kept, scale, codes (k), fixed), book (F, Q (k),
// G) → gwei.
//
// Bounds for fixed-width integers: |Q| < 2^60, W < 2^89, Σ W of 1,024 units < 2^99, P · W < 2^149.

import type { BookSum } from './bookSum.ts'
import { normFloor } from './fixedWeights.ts'
import { MalformedError } from './malformed.ts'
import type { ScaledUnit } from './unitSketch.ts'

const WHOLE = 10_000n

/** A model's terms, shares in basis points. What they leave is the owner's. */
export type PayTerms = {
  readonly contributorBps: number
  readonly operatorBps: number
  readonly royaltiesBps: readonly number[]
  readonly treasuryBps: number
  readonly baseBps: number
  readonly floorBps: number
  readonly sketched: boolean
  /** Gwei a fee unit. */
  readonly feeUnit: bigint
}

export type PaidUnit = ScaledUnit & { readonly kept: number; readonly fixed: bigint; readonly struck: boolean }

/**
 * A book as it is settled. `given` is G, in gwei: penalties, and fees of appeals that were denied
 * or lapsed.
 */
export type Book = BookSum & { readonly given: bigint }

export type BookPay = {
  /** f + G: the sum of all parties' pay. */
  readonly total: bigint
  readonly units: readonly bigint[]
  readonly operator: bigint
  readonly owner: bigint
  readonly royalties: readonly bigint[]
  readonly treasury: bigint
  /** W_u, D and S: how the pay came about. */
  readonly weights: readonly bigint[]
  readonly floor: bigint
  readonly divisor: bigint
}

export function payBook(terms: PayTerms, units: readonly PaidUnit[], book: Book): BookPay {
  checkBook(terms, units, book)
  const fees = book.feeUnits * terms.feeUnit
  const shareOf = (bps: number) => partDown(fees, BigInt(bps), WHOLE)

  const weights = units.map((unit) => (terms.sketched && !unit.struck ? weightOf(unit, book.query) : 0n))
  const weighed = sum(weights)
  const floor = partDown(BigInt(terms.floorBps), book.feeUnits * normFloor(units), WHOLE)
  const missing = floor > weighed ? floor - weighed : 0n
  const divisor = weighed + missing

  const pool = shareOf(terms.contributorBps)
  const byRows = partDown(pool, BigInt(terms.baseBps), WHOLE)
  const byInfluence = pool - byRows
  const unreached = divisor === 0n ? byInfluence : partDown(byInfluence, missing, divisor)
  const rows = units.map(({ kept, struck }) => (struck ? 0n : BigInt(kept)))
  const fixed = units.map((unit) => (unit.struck ? 0n : unit.fixed))
  const rest = shareOut(unreached + book.given, fixed.some((weight) => weight > 0n) ? fixed : rows)
  const basePay = shareOut(byRows, rows)
  const unitPay = weights.map(
    (weight, u) => (basePay[u] as bigint) + partDown(byInfluence, weight, divisor) + (rest[u] as bigint),
  )

  const total = fees + book.given
  const operator = shareOf(terms.operatorBps)
  const owner = shareOf(ownerBps(terms))
  const royalties = terms.royaltiesBps.map(shareOf)
  const treasury = total - sum(unitPay) - operator - owner - sum(royalties)
  return { total, units: unitPay, operator, owner, royalties, treasury, weights, floor, divisor }
}

/** W_u of a unit that stands. */
function weightOf(unit: ScaledUnit, query: BigInt64Array): bigint {
  const net = netInfluence(unit, query)
  return net > 0n ? net : 0n
}

/** scale_u · Σ_d Q_d · code_u,d: what a unit helped less what it harmed; below 0, it harmed more. */
export function netInfluence({ scale, codes }: ScaledUnit, query: BigInt64Array): bigint {
  let product = 0n
  for (let d = 0; d < codes.length; d++) product += (query[d] as bigint) * BigInt(codes[d] as number)
  return BigInt(scale) * product
}

/** An amount shared out by weights, each share rounded down. */
function shareOut(amount: bigint, weights: readonly bigint[]): readonly bigint[] {
  const whole = sum(weights)
  return weights.map((weight) => partDown(amount, weight, whole))
}

/** amount · part / whole, rounded down; 0 of nothing. */
function partDown(amount: bigint, part: bigint, whole: bigint): bigint {
  return whole === 0n ? 0n : (amount * part) / whole
}

function sum(amounts: readonly bigint[]): bigint {
  return amounts.reduce((total, amount) => total + amount, 0n)
}

function ownerBps({ contributorBps, operatorBps, royaltiesBps, treasuryBps }: PayTerms): number {
  return 10_000 - contributorBps - operatorBps - royaltiesBps.reduce((all, bps) => all + bps, 0) - treasuryBps
}

/**
 * What a member of a joint unit may draw now: its part, by kept rows, of all that the unit ever
 * received, less what it drew before.
 */
export function memberDraw(received: bigint, kept: number, unitKept: number, drawn: bigint): bigint {
  return partDown(received, BigInt(kept), BigInt(unitKept)) - drawn
}

function checkBook(terms: PayTerms, units: readonly PaidUnit[], { feeUnits, query, given }: Book): void {
  const bps = [terms.contributorBps, terms.operatorBps, terms.treasuryBps, terms.baseBps, ...terms.royaltiesBps]
  if (bps.some((share) => !Number.isInteger(share) || share < 0 || share > 10_000) || ownerBps(terms) < 0) {
    throw new MalformedError(
      `The shares of a model's terms, ${bps.join(' + ')} basis points, cannot all be paid`,
      { owner: ownerBps(terms) },
      'Shares are whole basis points; those of contributors, operator, royalties and treasury make at most 10,000.',
    )
  }
  if (given < 0n || feeUnits < 0n) {
    throw new MalformedError(
      given < 0n ? `A book cannot be given ${given} gwei` : `A book cannot have fees of ${feeUnits} units`,
      { feeUnits, given },
      'Amounts are not negative.',
    )
  }
  if (!terms.sketched) return
  const stray = units.findIndex(({ codes }) => codes.length !== query.length)
  if (stray >= 0) {
    throw new MalformedError(
      `Unit ${stray} has ${units[stray]?.codes.length} codes, but the book’s sum has ${query.length} dimensions`,
      { unit: stray, dimensions: query.length },
      'Give units and batches of the same model.',
    )
  }
  const d = query.findIndex((x) => x > feeUnits || x < -feeUnits)
  if (d >= 0) {
    throw new MalformedError(
      `A book of ${feeUnits} fee units cannot have the sum ${query[d]} in dimension ${d}`,
      { feeUnits, dimension: d, sum: query[d] as bigint },
      'Sum up the batches of the book again, without voided records.',
    )
  }
}
