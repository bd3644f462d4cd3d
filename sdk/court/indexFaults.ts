// What is wrong with an influence index: rows that may not be in it, entries that cannot stand beside each other, and rows that
// nobody can show. Pure: index and facts in, faults out. contracts/court/IndexFaults.sol judges them by the same rules.

import type { Hex } from 'viem'
import { createSketchStore } from '../../attribution/fast/sketchStore.ts'
import { isAbsent } from '../../attribution/indexProof.ts'
import { findInvalidCode, unpackSketch } from '../../attribution/sketch.ts'
import type { CommittedEntry, CommittedIndex } from './committedIndex.ts'

/** What the chain says about the contributions of a model. */
export interface ContributionFacts {
  /** The account that is credited, if anybody submitted that contribution. */
  contributorOf(contribution: Hex): number | undefined
  /** Whether one of the model's frozen versions includes it. */
  isIncluded(contribution: Hex): boolean
  /** Its place in the order of acceptance, 0 if it never was accepted. */
  acceptedAt(contribution: Hex): number
  /** The items that it committed to, where somebody published their hashes. */
  itemsOf(contribution: Hex): ReadonlySet<Hex> | undefined
}

export type IndexFault =
  | { readonly kind: 'ForeignRow'; readonly row: number; readonly reason: string; readonly position: number }
  | {
      readonly kind: 'ConflictingRows'
      /** The one of the two that is struck. */
      readonly row: number
      readonly reason: string
      readonly positions: readonly [number, number]
    }
  /** Nobody can show this row: whoever demands it wins. */
  | { readonly kind: 'WithheldRow'; readonly row: number; readonly reason: string }

/** Every fault but near-copies, which take longer to find. */
export function findIndexFaults(
  index: CommittedIndex,
  rowCount: number,
  facts: ContributionFacts,
): readonly IndexFault[] {
  return [
    ...foreignRows(index, rowCount, facts),
    ...rowsTwice(index),
    ...rowsPassedOver(index),
    ...unshownRows(index, rowCount, facts),
  ]
}

function foreignRows(index: CommittedIndex, rowCount: number, facts: ContributionFacts): readonly IndexFault[] {
  return index.entries.flatMap(({ row, contribution, sketch }, position): IndexFault[] => {
    const fault = (reason: string): IndexFault[] => [{ kind: 'ForeignRow', row, reason, position }]
    if (row >= rowCount) return fault(`the model has ${rowCount} rows`)
    if (findInvalidCode(sketch) >= 0) return fault('its sketch holds the nibble 0x8')
    if (!facts.isIncluded(contribution)) return fault('no version of the model includes its contribution')
    return []
  })
}

function rowsTwice({ entries }: CommittedIndex): readonly IndexFault[] {
  const first = new Map<number, number>()
  const faults: IndexFault[] = []
  entries.forEach((entry, position) => {
    const earlier = first.get(entry.row)
    if (earlier === undefined) first.set(entry.row, position)
    else if (!sameBytes((entries[earlier] as CommittedEntry).bytes, entry.bytes)) {
      const positions = [earlier, position] as const
      faults.push({ kind: 'ConflictingRows', row: entry.row, reason: 'it has two entries', positions })
    }
  })
  return faults
}

/** An entry whose link passes over a row that has an entry of its own; one such row for each such link. */
function rowsPassedOver({ entries }: CommittedIndex): readonly IndexFault[] {
  const ordered = entries.map(({ row }, position) => ({ row, position })).sort((a, b) => a.row - b.row)
  return entries.flatMap((entry, position): IndexFault[] => {
    const after = ordered[firstAbove(ordered, entry.row)]
    const candidates = entry.next > entry.row ? [after] : [after, ordered[0]]
    const passed = candidates.find((other) => other !== undefined && isAbsent(other.row, entry.row, entry.next))
    if (passed === undefined) return []
    const positions = [Math.min(position, passed.position), Math.max(position, passed.position)] as const
    const row = falseRow(entries, positions)
    return row === undefined ? [] : [{ kind: 'ConflictingRows', row, reason: 'a link passes it over', positions }]
  })
}

/** Which of two entries the Court strikes where a link passes over the other's row. */
function falseRow(entries: readonly CommittedEntry[], [first, second]: readonly [number, number]): number | undefined {
  const [a, b] = [entries[first] as CommittedEntry, entries[second] as CommittedEntry]
  if (isAbsent(b.row, a.row, a.next)) return b.row
  return isAbsent(a.row, b.row, b.next) ? a.row : undefined
}

function firstAbove(ordered: readonly { readonly row: number }[], row: number): number {
  let low = 0
  let high = ordered.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((ordered[middle] as { row: number }).row <= row) low = middle + 1
    else high = middle
  }
  return low
}

/** The lowest row that has neither an entry nor a link over it, and rows whose items were never contributed. */
function unshownRows(index: CommittedIndex, rowCount: number, facts: ContributionFacts): readonly IndexFault[] {
  const strangers = index.entries.flatMap(({ row, contribution, itemHash }): IndexFault[] => {
    const items = row < rowCount ? facts.itemsOf(contribution) : undefined
    if (items === undefined || items.has(itemHash)) return []
    return [{ kind: 'WithheldRow', row, reason: 'its item was never contributed' }]
  })
  const gap = lowestUnshown(index.entries, rowCount)
  if (gap === undefined) return strangers
  return [...strangers, { kind: 'WithheldRow', row: gap, reason: 'it has no entry, and no link passes it over' }]
}

function lowestUnshown(entries: readonly CommittedEntry[], rowCount: number): number | undefined {
  const covered = entries
    .flatMap(({ row, next }): [number, number][] =>
      next > row
        ? [[row, next]]
        : [
            [row, rowCount],
            [0, next],
          ],
    )
    .sort(([a], [b]) => a - b)
  let reached = 0
  for (const [from, to] of covered) {
    if (from > reached) break
    if (to > reached) reached = to
  }
  return reached < rowCount ? reached : undefined
}

/**
 * Searches for near-copies. Every pair is compared, so it yields after each row, with what that
 * row brought to light: a watcher has other things to do in between.
 */
export function* findNearCopies(index: CommittedIndex, facts: ContributionFacts): Generator<readonly IndexFault[]> {
  const rows = index.entries.flatMap(({ row, contribution, sketch }, position) => {
    if (findInvalidCode(sketch) >= 0 || !facts.isIncluded(contribution)) return []
    return [{ row, contribution, position, sketch }]
  })
  const store = createSketchStore(index.dims, rows.length)
  for (const row of rows) {
    const faults: IndexFault[] = []
    for (const place of store.duplicatesOf(unpackSketch(row.sketch))) {
      const other = rows[place] as (typeof rows)[number]
      if (other.row === row.row) continue
      const later = isEarlier(other, row, facts) ? row : other
      const positions = [other.position, row.position] as const
      const reason = `it is a near-copy of row ${later === row ? other.row : row.row}`
      // The Court looks at links first.
      const struck = falseRow(index.entries, positions) ?? later.row
      faults.push({ kind: 'ConflictingRows', row: struck, reason, positions })
    }
    store.add(row.sketch)
    yield faults
  }
}

type Accepted = Pick<CommittedEntry, 'row' | 'contribution'>

/** First accepted, and within a contribution of the lower number. */
function isEarlier(a: Accepted, b: Accepted, { acceptedAt }: ContributionFacts): boolean {
  return a.contribution === b.contribution ? a.row < b.row : acceptedAt(a.contribution) < acceptedAt(b.contribution)
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}
