// The unit plan: which rows of a model are paid as one.
//
//   kept ≥ m    n = ⌈kept / 1024⌉ own units, of ⌊(t + 1) · kept / n⌋ − ⌊t · kept / n⌋ kept rows
//   others      J = max(1, ⌈s / (1025 − m)⌉) joint units for their s kept rows
//               with p of these before it, a contribution is in joint unit ⌊p · J / s⌋
//   m           16, or the least minimum up to 332 that makes no more than 1,024 units
//
// docs/protocol.md, "Units". contributions, ascending by id → units and their members; rows (n) →
// the unit of each.
//
// Sizes follow. A joint unit ends at most m − 2 rows after ⌈s / J⌉ ≤ 1025 − m, so it has at most
// 1,023. With J ≥ 2 it has at least ⌊s / J⌋ − m + 2 ≥ ⌊(1025 − m) / 2⌋ − m + 2, which is 16 at m =
// 332 and more below.

import type { Hex } from 'viem'
import { MalformedError } from './malformed.ts'

const MIN_UNIT_ROWS = 16
const MAX_UNIT_ROWS = 1_024
export const MAX_UNITS = 1_024
const MAX_MINIMUM = 332

/**
 * All that a plan asks of a contribution. `items` are its rows, the dropped near-copies included.
 */
export type Contribution = { readonly id: Hex | number; readonly kept: number; readonly items: number }

/** Kept rows `from` to `from + kept` of a contribution, which is named by its place in the list. */
export type Member = { readonly contribution: number; readonly from: number; readonly kept: number }

/**
 * `own`: of one contribution alone, or a part of it. `joint`: of several, which share by kept rows.
 */
export type PlannedUnit = {
  readonly kind: 'own' | 'joint'
  readonly kept: number
  readonly members: readonly Member[]
}

export type UnitPlan = {
  readonly contributions: readonly Contribution[]
  /** m: contributions with fewer kept rows share joint units. */
  readonly minimum: number
  readonly units: readonly PlannedUnit[]
}

/** The units of a model, numbered in the order in which their last contribution comes. */
export function planUnits(contributions: readonly Contribution[]): UnitPlan {
  checkContributions(contributions)
  for (let minimum = MIN_UNIT_ROWS; minimum <= MAX_MINIMUM; minimum++) {
    if (countUnits(contributions, minimum) > MAX_UNITS) continue
    return { contributions, minimum, units: unitsOf(contributions, minimum) }
  }
  throw new MalformedError(
    `${contributions.length} contributions make more than ${MAX_UNITS} units even with a minimum of ${MAX_MINIMUM} rows`,
    { contributions: contributions.length, units: countUnits(contributions, MAX_MINIMUM), minimum: MAX_MINIMUM },
    'Train on fewer or smaller dataset versions, or register several models.',
  )
}

function countUnits(contributions: readonly Contribution[], minimum: number): number {
  let own = 0
  let sharing = 0
  let sharedKept = 0
  for (const { kept } of contributions) {
    if (kept >= minimum) own += Math.ceil(kept / MAX_UNIT_ROWS)
    else {
      sharing++
      sharedKept += kept
    }
  }
  return own + (sharing === 0 ? 0 : jointCount(sharedKept, minimum))
}

function jointCount(kept: number, minimum: number): number {
  return Math.max(1, Math.ceil(kept / (MAX_UNIT_ROWS + 1 - minimum)))
}

function unitsOf(contributions: readonly Contribution[], minimum: number): readonly PlannedUnit[] {
  const joint = jointUnitOf(contributions, minimum)
  const lastOf = new Map(joint.map((unit, contribution) => [unit, contribution]))
  const members = new Map<number, Member[]>()
  return contributions.flatMap(({ kept }, contribution): readonly PlannedUnit[] => {
    const unit = joint[contribution]
    if (unit === undefined) return ownUnits(contribution, kept)
    const together = members.get(unit) ?? []
    members.set(unit, together)
    together.push({ contribution, from: 0, kept })
    if (lastOf.get(unit) !== contribution) return []
    return [{ kind: 'joint', kept: together.reduce((sum, member) => sum + member.kept, 0), members: together }]
  })
}

/** The joint unit of every contribution, nothing for those with units of their own. */
function jointUnitOf(contributions: readonly Contribution[], minimum: number): readonly (number | undefined)[] {
  const total = contributions.reduce((sum, { kept }) => (kept < minimum ? sum + kept : sum), 0)
  const count = jointCount(total, minimum)
  let before = 0
  let unit = 0
  return contributions.map(({ kept }) => {
    if (kept >= minimum) return undefined
    if (kept > 0) unit = Math.floor((before * count) / total)
    before += kept
    return unit
  })
}

function ownUnits(contribution: number, kept: number): readonly PlannedUnit[] {
  const count = Math.ceil(kept / MAX_UNIT_ROWS)
  const startOf = (t: number) => Math.floor((t * kept) / count)
  return Array.from({ length: count }, (_, t) => {
    const size = startOf(t + 1) - startOf(t)
    return { kind: 'own', kept: size, members: [{ contribution, from: startOf(t), kept: size }] }
  })
}

function checkContributions(contributions: readonly Contribution[]): void {
  let previous = -1n
  contributions.forEach(({ id, kept, items }, place) => {
    const whole = Number.isInteger(kept) && Number.isInteger(items) && items < 2 ** 32
    if (!whole || kept < 0 || items < 1 || kept > items) {
      throw new MalformedError(
        `Contribution ${id} cannot have ${kept} kept rows of ${items} items`,
        { id, kept, items },
        'It has at least one item, and keeps no more rows than it has items.',
      )
    }
    if (BigInt(id) <= previous) {
      throw new MalformedError(
        `Contribution ${id}, at place ${place}, is not above the one before it`,
        { id, place },
        'Give the contributions of all versions ascending by id, each once.',
      )
    }
    previous = BigInt(id)
  })
  if (contributions.length === 0) {
    throw new MalformedError('A model without contributions has no units', {}, 'Name its dataset versions.')
  }
}
