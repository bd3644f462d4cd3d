// Registration pages: a model's contributions and units, as many at a time as a transaction takes.
//
//   unit   rowsRoot bytes32 ‖ rows uint32 ‖ peak uint32 ‖ packed sketch
//   page   contributions in order, and the units that are complete with them
//
// So a contribution's own units stay on its page, and a joint unit stands where it is complete,
// which may be pages after its first contribution. An equal split has contributions only.
// contracts/interfaces/IFineTunes.sol, `UnitPage` and `UnitPlan`. plan, units (rowsRoot, rows, peak,
// codes (k)) → pages.

import { concatBytes, type Hex, numberToBytes } from 'viem'
import { bytes32 } from './bytes32.ts'
import { checkCodeCount } from './codes.ts'
import { MalformedError } from './malformed.ts'
import type { UnitHeader } from './rowIndexTree.ts'
import { packSketch } from './sketch.ts'
import type { UnitPlan } from './unitPlan.ts'
import type { UnitSketch } from './unitSketch.ts'

/** What is given of a unit when it is registered. */
export type GivenUnit = UnitSketch & Pick<UnitHeader, 'rowsRoot' | 'rows'>

export type UnitPage = {
  readonly contributions: readonly Hex[]
  /** Kept rows of each contribution. */
  readonly kept: readonly number[]
  /** The bytes of the units that are complete with these contributions. */
  readonly units: Uint8Array
}

/** The most of each on a page. */
export type PageLimits = { readonly contributions: number; readonly units: number }

/** What is said of all units beforehand. */
export type RegisteredPlan = {
  readonly count: number
  readonly minimumRows: number
  /** Kept rows of all joint units. */
  readonly jointRows: number
  readonly maxPeak: number
}

/** @param given Every unit by its number; none of an equal split. */
export function registeredPlan({ minimum, units }: UnitPlan, given: readonly GivenUnit[]): RegisteredPlan {
  return {
    count: units.length,
    minimumRows: minimum,
    jointRows: units.reduce((sum, { kind, kept }) => (kind === 'joint' ? sum + kept : sum), 0),
    maxPeak: given.reduce((most, { peak }) => Math.max(most, peak), 0),
  }
}

/**
 * A model in as few pages as the limits allow.
 * @param given Every unit by its number; none of an equal split.
 */
export function unitPages(plan: UnitPlan, given: readonly GivenUnit[], limits: PageLimits): readonly UnitPage[] {
  checkGiven(plan, given)
  return spansOf(plan, limits).map(({ from, to, firstUnit, endUnit }) => {
    const contributions = plan.contributions.slice(from, to)
    return {
      contributions: contributions.map(({ id }) => id),
      kept: contributions.map(({ kept }) => kept),
      units: concatBytes(given.slice(firstUnit, endUnit).map(encodeUnit)),
    }
  })
}

function encodeUnit({ rowsRoot, rows, peak, codes }: GivenUnit): Uint8Array {
  const counts = [rows, peak].map((count) => numberToBytes(count, { size: 4 }))
  return concatBytes([bytes32(rowsRoot), ...counts, packSketch(codes)])
}

/** The contributions of a page, and the units that are complete with them. Ends are not included. */
type Span = { readonly from: number; readonly to: number; readonly firstUnit: number; readonly endUnit: number }

function spansOf({ contributions, units }: UnitPlan, limits: PageLimits): readonly Span[] {
  const spans: Span[] = []
  let endUnit = 0
  contributions.forEach(({ id }, place) => {
    const firstUnit = endUnit
    while (units[endUnit]?.completeAt === place) endUnit++
    checkFit(id, endUnit - firstUnit, limits)
    const page = spans.at(-1)
    const fits = page && place - page.from < limits.contributions && endUnit - page.firstUnit <= limits.units
    if (fits) spans.splice(-1, 1, { ...page, to: place + 1, endUnit })
    else spans.push({ from: place, to: place + 1, firstUnit, endUnit })
  })
  return spans
}

function checkFit(id: Hex, completed: number, { contributions, units }: PageLimits): void {
  if (completed <= units && contributions >= 1) return
  throw new MalformedError(
    `Contribution ${id} completes ${completed} units, but a page takes ${units} units and ${contributions} contributions`,
    { id, completed, units, contributions },
    'Allow more a page: what a contribution completes stands on one page with it.',
  )
}

function checkGiven({ units }: UnitPlan, given: readonly GivenUnit[]): void {
  if (given.length === 0) return
  const k = given[0]?.codes.length as number
  checkCodeCount(k)
  if (given.length === units.length && given.every(({ codes }) => codes.length === k)) return
  throw new MalformedError(
    `A plan of ${units.length} units does not go with ${given.length} units of ${k} codes`,
    { units: units.length, given: given.length, codes: k },
    'Give every unit of the plan, all with as many codes, or none of an equal split.',
  )
}
