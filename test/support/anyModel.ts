import * as fc from 'fast-check'
import { bytesToHex, concatBytes, concatHex, type Hex, hexToBytes, numberToBytes, numberToHex } from 'viem'
import { packSketch } from '../../attribution/sketch.ts'
import { unitPages } from '../../attribution/unitPages.ts'
import { type Contribution, planUnits, type UnitPlan } from '../../attribution/unitPlan.ts'
import { anyAccount } from './anyRecord.ts'

/** What a registration tells of a model's units, page by page, as contracts/models/UnitPages.sol does. */
export interface PaperModel {
  readonly dims: number
  readonly sketched: boolean
  readonly plan: UnitPlan
  readonly pages: readonly PaperPage[]
  readonly units: readonly PaperUnit[]
  /** Whose each contribution is. */
  readonly contributorOf: ReadonlyMap<Hex, number>
}

export interface PaperPage {
  readonly firstUnit: number
  readonly contributions: Hex
  readonly units: Hex
  readonly isLast: boolean
}

export interface PaperUnit {
  /** 0 of a joint unit. */
  readonly payee: number
  readonly kept: number
  readonly scale: number
  readonly fixed: bigint
  readonly sketch: Hex
}

/** Many small ones and some that make several units. */
const anyKept = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 0, max: 20 }) },
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 700 }) },
  { weight: 1, arbitrary: fc.integer({ min: 1_000, max: 3_000 }) },
)

export const anyPaperModel: fc.Arbitrary<PaperModel> = fc.gen().map((draw): PaperModel => {
  const sizes = draw(fc.array, anyKept, { minLength: 1, maxLength: 30 })
  const keptOf = sizes.some((kept) => kept > 0) ? sizes : [1, ...sizes]
  const contributions = keptOf
    .map((kept, i): Contribution => ({ id: idOf(i + 1), kept, items: kept + 1 }))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
  const plan = planUnits(contributions)
  const contributorOf = new Map(contributions.map(({ id }) => [id, draw(() => anyAccount)]))
  const dims = draw(fc.constantFrom, 0, 64, 128)
  const units = plan.units.map(({ kind, kept, members }): PaperUnit => {
    const owner = contributions[members[0]?.contribution ?? 0]
    return {
      payee: kind === 'joint' ? 0 : (contributorOf.get(owner?.id ?? '0x') ?? 0),
      kept,
      scale: draw(fc.nat, 65_535),
      fixed: draw(fc.bigInt, 0n, 2n ** 64n - 1n),
      sketch: bytesToHex(packSketch(Int8Array.from({ length: dims }, () => draw(fc.integer, { min: -7, max: 7 })))),
    }
  })
  const limits = { contributions: draw(fc.integer, { min: 1, max: 12 }), units: 6 + draw(fc.nat, 6) }
  return {
    dims,
    sketched: dims > 0 && draw(fc.boolean),
    plan,
    pages: pagesOf(plan, units, limits),
    units,
    contributorOf,
  }
})

/** The pages are cut by anyone who registers; what a page tells of its contributions and units is the contract's. */
function pagesOf(
  plan: UnitPlan,
  units: readonly PaperUnit[],
  limits: { readonly contributions: number; readonly units: number },
): readonly PaperPage[] {
  const given = plan.units.map(() => ({
    rowsRoot: `0x${'00'.repeat(32)}` as const,
    rows: 1,
    peak: 0,
    scale: 0,
    codes: new Int8Array(64),
  }))
  const cut = unitPages(plan, given as never, limits)
  const bytesAUnit = 40 + 32
  let firstUnit = 0
  return cut.map(({ contributions, kept, units: registered }, page): PaperPage => {
    const count = registered.length / bytesAUnit
    const told = units.slice(firstUnit, firstUnit + count)
    firstUnit += count
    return {
      firstUnit: firstUnit - count,
      contributions: concatHex(contributions.map((id, i) => concatHex([id, numberToHex(kept[i] ?? 0, { size: 4 })]))),
      units: bytesToHex(concatBytes(told.map(packed))),
      isLast: page === cut.length - 1,
    }
  })
}

function packed({ payee, kept, scale, fixed, sketch }: PaperUnit): Uint8Array {
  return concatBytes([
    numberToBytes(payee, { size: 4 }),
    numberToBytes(kept, { size: 2 }),
    numberToBytes(scale, { size: 2 }),
    numberToBytes(fixed, { size: 8 }),
    hexToBytes(sketch),
  ])
}

/** In an order that has nothing to do with the numbers. */
function idOf(i: number): Hex {
  return numberToHex((BigInt(i) * 0x9e3779b97f4a7c15f39cc0605cedc835n) % 2n ** 256n, { size: 32 })
}
