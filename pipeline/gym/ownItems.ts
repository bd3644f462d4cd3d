/** How attackers deal with their own items: as many as something else, under several names, sorted by what they know of them. */
import type { Item } from '../train/tasks/item.ts'

/** An own item, and what was known of it before the attack. */
export interface KnownItem {
  readonly item: Item
  /** How hard it pulls at the model by itself. */
  readonly selfInfluence: number
  /** What it brought its unit in the book that the attack is made on: an oracle's knowledge. */
  readonly term: number
}

/** The fewest kept rows that are paid by themselves. */
export const UNIT_ROWS = 16

/** As many of the items as `measure` has entries, from the start again where they run out. */
export function asManyAs(measure: readonly unknown[], items: readonly Item[]): readonly Item[] {
  return measure.map((_, i) => items[i % items.length] as Item)
}

/** As many names as can be paid by themselves, one after the other. */
export function inUnits(items: readonly Item[]): readonly (readonly Item[])[] {
  return inParts(items, Math.max(1, Math.floor(items.length / UNIT_ROWS)))
}

export function inParts(items: readonly Item[], parts: number): readonly (readonly Item[])[] {
  const startOf = (part: number): number => Math.floor((part * items.length) / parts)
  return Array.from({ length: parts }, (_, part) => items.slice(startOf(part), startOf(part + 1)))
}

export function sortedBy(known: readonly KnownItem[], by: 'selfInfluence' | 'term'): readonly Item[] {
  return known.toSorted((a, b) => a[by] - b[by]).map(({ item }) => item)
}

/** The own rows that did no harm; all but the worst where all did. */
export function helpfulOf(known: readonly KnownItem[]): readonly Item[] {
  const helpful = known.filter(({ term }) => term >= 0).map(({ item }) => item)
  return helpful.length > 0 ? helpful : sortedBy(known, 'term').slice(1)
}
