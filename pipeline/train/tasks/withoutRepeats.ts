import type { Item } from './item.ts'

/** Two texts are duplicates where so many of their first letters agree: mailings differ in their last lines. */
const LETTERS_COMPARED = 120

/** The first of every group of items that begin alike. */
export function withoutRepeats(items: Iterable<Item>): readonly Item[] {
  const seen = new Set<string>()
  const kept: Item[] = []
  for (const item of items) {
    const letters = item.text
      .toLowerCase()
      .replace(/[^a-z]/g, '')
      .slice(0, LETTERS_COMPARED)
    if (seen.has(letters)) continue
    seen.add(letters)
    kept.push(item)
  }
  return kept
}
