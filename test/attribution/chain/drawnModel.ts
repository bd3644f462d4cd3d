import { bytesToHex, zeroHash } from 'viem'
import type { PaidUnit } from '../../../attribution/bookPay.ts'
import { fixedWeights, totalOf } from '../../../attribution/fixedWeights.ts'
import type { RandomSource } from '../../../attribution/random.ts'
import { type GivenUnit, registeredPlan, unitPages } from '../../../attribution/unitPages.ts'
import { type Contribution, type PlannedUnit, planUnits } from '../../../attribution/unitPlan.ts'
import { scaledUnits } from '../../../attribution/unitSketch.ts'
import type { FineTune } from '../../../pipeline/publish/fineTune.ts'
import { type Page, pageLimits, sketchedPages } from '../../../pipeline/publish/register.ts'
import { codes, hash, integer, nearby } from '../../vectors/draw.ts'

/** Models with units of any kind, as they would be registered, and as `attribution/` sees them. */

export interface DrawnModel {
  readonly fineTune: FineTune
  readonly pages: readonly Page[]
  readonly units: readonly PaidUnit[]
  /** Dimensions of the records' sketches. */
  readonly k: number
}

/** What a model is trained on, and from. */
export interface Trained {
  readonly versions: readonly bigint[]
  readonly parent: number
  /** With all of their items. */
  readonly contributions: readonly Pick<Contribution, 'id' | 'items'>[]
}

const MOST_PEAK = 2 ** 32 - 1

/** @param dims Codes in a sketch; 0 of an equal split. */
export function drawModel(next: RandomSource, trained: Trained, dims = drawDims(next)): DrawnModel {
  const contributions = trained.contributions.map(({ id, items }) => ({
    id,
    items,
    kept: dims === 0 || integer(next, 2) === 0 ? items : integer(next, items + 1),
  }))
  const plan = planUnits(contributions.toSorted((a, b) => (a.id < b.id ? -1 : 1)))
  const given = dims === 0 ? [] : drawUnits(next, plan.units, plan.contributions, dims)
  const scaled = dims === 0 ? plan.units.map(() => ({ scale: 0, codes: new Int8Array() })) : scaledUnits(given)
  const fixed = fixedWeights(scaled)
  const pay = drawPay(next, dims)
  return {
    k: pay.sketched ? dims : 0,
    units: plan.units.map(({ kept }, u) => ({
      ...(scaled[u] as (typeof scaled)[number]),
      kept,
      fixed: fixed[u] as bigint,
      struck: false,
    })),
    pages:
      dims === 0
        ? unitPages(plan, [], pageLimits(0)).map((page) => ({ ...page, units: bytesToHex(page.units), total: '0x' }))
        : sketchedPages({ plan, given, total: totalOf(scaled), index: { k: dims, units: [] } }),
    fineTune: {
      parent: trained.parent,
      versions: trained.versions,
      adapterHash: hash(next),
      manifestHash: hash(next),
      manifestURI: '',
      method: 2,
      quantisation: { scheme: 'nf4', bits: 4, doubleQuant: true },
      index: { fileHash: dims === 0 ? zeroHash : hash(next), fileURI: '', dims, source: 0 },
      plan: registeredPlan(plan, given),
      shares: { contributorBps: integer(next, 7_001), operatorBps: integer(next, 1_501), royaltyBps: 0 },
      pay,
    },
  }
}

function drawDims(next: RandomSource): number {
  return integer(next, 8) === 0 ? 0 : 64 * (1 + integer(next, integer(next, 4) === 0 ? 16 : 4))
}

function drawPay(next: RandomSource, dims: number): FineTune['pay'] {
  const kind = dims === 0 ? 0 : 1 + integer(next, 7)
  return {
    baseBps: kind < 2 ? 10_000 : kind < 4 ? integer(next, 10_000) : 0,
    floorBps: 5_000 + integer(next, 35_001),
    sketched: kind > 1 && kind !== 5,
    feeUnitGwei: 10 ** integer(next, 10),
  }
}

/** Units that point anywhere, the same way, all one way, or nowhere. */
function drawUnits(
  next: RandomSource,
  planned: readonly PlannedUnit[],
  contributions: readonly Contribution[],
  k: number,
): readonly GivenUnit[] {
  const common = codes(next, k)
  const kind = integer(next, 6)
  return planned.map((unit) => {
    const drawn =
      kind === 0 || integer(next, 9) === 0
        ? new Int8Array(k)
        : kind === 1
          ? new Int8Array(k).fill(integer(next, 4) === 0 ? -7 : 7)
          : integer(next, 2) === 0
            ? codes(next, k)
            : nearby(next, common)
    const isZero = drawn.every((code) => code === 0)
    const peak = isZero ? 0 : kind === 1 ? MOST_PEAK : 1 + integer(next, 10 ** (1 + integer(next, 9)))
    return { codes: drawn, peak, rowsRoot: hash(next), rows: rowsOf(unit, contributions) }
  })
}

/** Dropped rows stand in their contribution's last unit. */
function rowsOf({ kind, kept, members }: PlannedUnit, contributions: readonly Contribution[]): number {
  const own = members.map((member) => ({ ...member, of: contributions[member.contribution] as Contribution }))
  if (kind === 'joint') return own.reduce((sum, { of }) => sum + of.items, 0)
  const [only] = own
  if (only === undefined) throw new Error('A unit has a member')
  return only.from + only.kept === only.of.kept ? kept + only.of.items - only.of.kept : kept
}
