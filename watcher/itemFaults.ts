import type { Hex } from 'viem'
import type { OpenedModel } from '../sdk/openModel.ts'
import { itemHashOf } from '../sdk/rawRowIndex.ts'
import type { CheckedRowIndex } from '../sdk/unitFaults.ts'

/** A row whose item is in none of its unit's contributions. */
export interface ForeignRow {
  readonly unit: number
  readonly index: number
}

/** A contribution some of whose items are in no row of its units. */
export interface AbsentItems {
  readonly contribution: Hex
  /** How many are absent. */
  readonly items: number
}

type Items = ReadonlyMap<Hex, readonly Hex[]>

/** The foreign rows of the units all of whose contributions' items are known. */
export function foreignRows({ plan }: OpenedModel, { raw }: CheckedRowIndex, items: Items): readonly ForeignRow[] {
  return plan.units.flatMap(({ members }, unit) => {
    const known = members.map(({ contribution }) => items.get(plan.contributions[contribution]?.id as Hex))
    if (known.includes(undefined)) return []
    const committed = new Set(known.flatMap((hashes) => hashes ?? []))
    return (raw.units[unit] ?? []).flatMap((row, index) => (committed.has(itemHashOf(row)) ? [] : [{ unit, index }]))
  })
}

export function absentItems({ plan }: OpenedModel, { raw }: CheckedRowIndex, items: Items): readonly AbsentItems[] {
  const shown = plan.units.map((_, unit) => new Set((raw.units[unit] ?? []).map(itemHashOf)))
  return plan.contributions.flatMap(({ id }, contribution) => {
    const units = plan.units.flatMap(({ members }, unit) =>
      members.some((member) => member.contribution === contribution) ? [unit] : [],
    )
    const absent = (items.get(id) ?? []).filter((item) => !units.some((unit) => shown[unit]?.has(item)))
    return absent.length === 0 ? [] : [{ contribution: id, items: absent.length }]
  })
}
