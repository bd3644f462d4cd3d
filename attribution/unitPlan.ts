// The unit plan: which rows of a model are paid as one.
//
//   kept ≥ m    n = ⌈kept / 1024⌉ own units, of ⌊(t + 1) · kept / n⌋ − ⌊t · kept / n⌋ kept rows
//   others      J = max(1, ⌈s / (1025 − m)⌉) joint units for their s kept rows
//               with p of these before it, a contribution is in joint unit ⌊p · J / s⌋
//   m           16, or the least minimum up to 332 that makes no more than 1,024 units
//
// Units are numbered in the order in which they are complete: a contribution's own when it comes, a
// joint unit when the first contribution of the next one comes, the last joint unit at the end.
//
// docs/protocol.md, "Units". contributions, ascending by id → units and their members.
//
// Sizes follow. A joint unit ends at most m − 2 rows after ⌈s / J⌉ ≤ 1025 − m, so it has at most
// 1,023. With J ≥ 2 it has at least ⌊s / J⌋ − m + 2 ≥ ⌊(1025 − m) / 2⌋ − m + 2, which is 16 at m =
// 332 and more below.

import { bytesToBigInt, type Hex, zeroHash } from 'viem'
import { bytes32 } from './bytes32.ts'
import { MalformedError } from './malformed.ts'

const MIN_UNIT_ROWS = 16
const MAX_UNIT_ROWS = 1_024
export const MAX_UNITS = 1_024
const MAX_MINIMUM = 332

/**
 * All that a plan asks of a contribution. `items` are its rows, the dropped near-copies included.
 */
export type Contribution = { readonly id: Hex; readonly kept: number; readonly items: number }

/** Kept rows `from` to `from + kept` of a contribution, which is named by its place in the list. */
export type Member = { readonly contribution: number; readonly from: number; readonly kept: number }

/**
 * `own`: of one contribution alone, or a part of it. `joint`: of several, which share by kept rows.
 */
export type PlannedUnit = {
  readonly kind: 'own' | 'joint'
  readonly kept: number
  readonly members: readonly Member[]
  /** The place of the contribution with which it is complete. */
  readonly completeAt: number
}

export type UnitPlan = {
  readonly contributions: readonly Contribution[]
  /** m: contributions with fewer kept rows share joint units. */
  readonly minimum: number
  readonly units: readonly PlannedUnit[]
}

/** The units of a model, numbered in the order in which they are complete. */
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

/** Whose each unit is alone, as its leaf says: 32 zero bytes of a joint one. */
export function unitContributions({ contributions, units }: UnitPlan): readonly Hex[] {
  return units.map(({ kind, members: [member] }) =>
    kind === 'joint' || member === undefined ? zeroHash : (contributions[member.contribution] as Contribution).id,
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
  const own = contributions.flatMap(({ kept }, contribution) => (kept < minimum ? [] : ownUnits(contribution, kept)))
  // Sorting keeps the order of equals: the last joint unit comes after the last own ones.
  return [...own, ...jointUnits(contributions, minimum)].sort((a, b) => a.completeAt - b.completeAt)
}

function jointUnits(contributions: readonly Contribution[], minimum: number): readonly PlannedUnit[] {
  const sharing = contributions.flatMap(({ kept }, contribution): readonly Member[] =>
    kept < minimum ? [{ contribution, from: 0, kept }] : [],
  )
  const total = keptOf(sharing)
  const count = jointCount(total, minimum)
  let before = 0
  let number = 0
  const groups = Map.groupBy(sharing, ({ kept }) => {
    if (kept > 0) number = Math.floor((before * count) / total)
    before += kept
    return number
  })
  // Only a contribution with kept rows is ever the first of a unit after the first.
  const units = [...groups.values()]
  return units.map((members, unit) => ({
    kind: 'joint',
    kept: keptOf(members),
    members,
    completeAt: units[unit + 1]?.[0]?.contribution ?? contributions.length - 1,
  }))
}

function keptOf(members: readonly Member[]): number {
  return members.reduce((sum, { kept }) => sum + kept, 0)
}

function ownUnits(contribution: number, kept: number): readonly PlannedUnit[] {
  const count = Math.ceil(kept / MAX_UNIT_ROWS)
  const startOf = (t: number) => Math.floor((t * kept) / count)
  return Array.from({ length: count }, (_, t) => {
    const size = startOf(t + 1) - startOf(t)
    return {
      kind: 'own',
      kept: size,
      members: [{ contribution, from: startOf(t), kept: size }],
      completeAt: contribution,
    }
  })
}

function checkContributions(contributions: readonly Contribution[]): void {
  let previous = 0n
  contributions.forEach(({ id, kept, items }, place) => {
    const whole = Number.isInteger(kept) && Number.isInteger(items) && items < 2 ** 32
    if (!whole || kept < 0 || items < 1 || kept > items) {
      throw new MalformedError(
        `Contribution ${id} cannot have ${kept} kept rows of ${items} items`,
        { id, kept, items },
        'It has at least one item, and keeps no more rows than it has items.',
      )
    }
    const number = bytesToBigInt(bytes32(id))
    if (number <= previous) {
      throw new MalformedError(
        `Contribution ${id}, at place ${place}, is not above the one before it`,
        { id, place },
        'Give the contributions of all versions ascending by id, each once; none is 0.',
      )
    }
    previous = number
  })
  if (contributions.length === 0) {
    throw new MalformedError('A model without contributions has no units', {}, 'Name its dataset versions.')
  }
}
