// Which rows of a run fall into which unit.
//
//   a kept row     the unit whose part of its contribution's kept rows it is in
//   a dropped row  the unit of the kept row before it within its contribution, or of the first
//
// docs/protocol.md, "Units". rows (n), in training order → the unit of each, and each unit's rows
// in training order.

import { MalformedError } from './malformed.ts'
import type { UnitPlan } from './unitPlan.ts'

/** A row of a run: the place of its contribution in the plan's list, and whether it is kept. */
export type ContributedRow = { readonly contribution: number; readonly kept: boolean }

export type UnitRows = {
  /** The unit of every row. */
  readonly unitOf: Uint16Array
  /** The rows of every unit, in training order. */
  readonly rowsOf: readonly (readonly number[])[]
}

/** Hands a run's rows, in training order, to the units of its plan. */
export function rowsOfUnits(plan: UnitPlan, rows: readonly ContributedRow[]): UnitRows {
  checkCounts(plan, rows)
  const parts = partsOf(plan)
  const seen = new Uint32Array(parts.length)
  const current = new Uint16Array(parts.length)
  const unitOf = new Uint16Array(rows.length)
  const rowsOf = plan.units.map((): number[] => [])
  rows.forEach(({ contribution, kept }, row) => {
    const own = parts[contribution] as readonly Part[]
    let part = current[contribution] as number
    if (kept) {
      const place = seen[contribution] as number
      seen[contribution] = place + 1
      if (place >= (own[part + 1]?.from ?? Infinity)) part++
      current[contribution] = part
    }
    const { unit } = own[part] as Part
    unitOf[row] = unit
    rowsOf[unit]?.push(row)
  })
  return { unitOf, rowsOf }
}

/** The unit of the kept rows of a contribution from `from` to where the next part begins. */
type Part = { readonly unit: number; readonly from: number }

/** The parts of every contribution, in order. */
function partsOf({ contributions, units }: UnitPlan): readonly Part[][] {
  const parts = contributions.map((): Part[] => [])
  units.forEach(({ members }, unit) => {
    for (const { contribution, from } of members) parts[contribution]?.push({ unit, from })
  })
  return parts
}

function checkCounts({ contributions }: UnitPlan, rows: readonly ContributedRow[]): void {
  const found = contributions.map(() => ({ kept: 0, items: 0 }))
  rows.forEach(({ contribution, kept }, row) => {
    const counted = found[contribution]
    if (counted === undefined) {
      throw new MalformedError(
        `Row ${row} is of contribution ${contribution}, but the plan has ${contributions.length}`,
        { row, contribution, contributions: contributions.length },
        'Name contributions by their places in the plan.',
      )
    }
    counted.items++
    if (kept) counted.kept++
  })
  contributions.forEach(({ id, kept, items }, contribution) => {
    const counted = found[contribution] as { kept: number; items: number }
    if (counted.kept === kept && counted.items === items) return
    throw new MalformedError(
      `Contribution ${id} was planned with ${kept} kept rows of ${items}, but has ${counted.kept} of ${counted.items}`,
      { id, kept, items, foundKept: counted.kept, foundItems: counted.items },
      'Plan the units from the rows of the same run.',
    )
  })
}
