import { type Hex, toHex } from 'viem'
import { attribute, type Candidates, candidatesOf } from '../../attribution/attribution.ts'
import { findDuplicates } from '../../attribution/duplicates.ts'
import { findInvalidCode, packSketch, unpackSketch } from '../../attribution/sketch.ts'
import type { InferenceRecord } from '../../sdk/record.ts'
import type { Draw } from './draw.ts'
import type { RawEntry } from './indexFrauds.ts'
import type { Landscape } from './landscape.ts'
import { type Contributed, FEE_GWEI } from './stage.ts'

/** Honest models: rows of every contributor, near-copies left out as the rules say, and calls attributed by them. */

export interface HonestModel {
  readonly entries: readonly RawEntry[]
  readonly rowCount: number
  /** Near-copies, which have no leaf. */
  readonly absentRows: readonly number[]
}

/** Rows of contributions in the order in which these were accepted; some are near-copies of earlier ones. */
export function honestModel(
  contributions: readonly Contributed[],
  rowsEach: number,
  copies: number,
  land: Landscape,
  draw: Draw,
): HonestModel {
  const rowCount = contributions.length * rowsEach
  const copied = new Set(Array.from({ length: copies }, () => rowsEach + draw.below(rowCount - rowsEach)))
  const rows: { row: number; contribution: Hex; itemHash: Hex; codes: Int8Array }[] = []
  for (let row = 0; row < rowCount; row++) {
    const contribution = contributions[Math.floor(row / rowsEach)] as Contributed
    const original = copied.has(row) ? rows[draw.below(Math.floor(row / rowsEach) * rowsEach)] : undefined
    const codes = original ? land.copy(original.codes) : land.row(draw.below(1_000))
    rows.push({ row, contribution: contribution.name, itemHash: contribution.items[row % rowsEach] as Hex, codes })
  }
  const duplicates = findDuplicates(rows)
  const kept = rows.filter(({ row }) => !duplicates.has(row))
  const entries = kept.map(({ row, contribution, itemHash, codes }, i) => ({
    row,
    next: (kept[(i + 1) % kept.length] as (typeof kept)[number]).row,
    contribution,
    itemHash,
    sketch: packSketch(codes),
  }))
  return { entries, rowCount, absentRows: [...duplicates.keys()] }
}

/** Entries laid out for scoring: of each row the first, where its sketch is one. */
export function candidatesFrom(entries: readonly RawEntry[], rowCount: number, dims: number): Candidates {
  const first = new Map<number, RawEntry>()
  for (const entry of entries) {
    if (entry.row < rowCount && !first.has(entry.row) && findInvalidCode(entry.sketch) < 0) first.set(entry.row, entry)
  }
  const sketched = [...first.values()].map(({ row, sketch }) => ({ row, codes: unpackSketch(sketch) }))
  return candidatesOf(sketched, dims)
}

/** Whom each row is credited to; contributions that nobody made are credited to the operator who served them. */
export function accountsOf(
  entries: readonly RawEntry[],
  contributions: readonly Contributed[],
  otherwise: number,
): ReadonlyMap<number, number> {
  const contributors = new Map(contributions.map(({ name, contributor }) => [name, contributor]))
  const accounts = new Map<number, number>()
  for (const { row, contribution } of entries) {
    if (!accounts.has(row)) accounts.set(row, contributors.get(contribution) ?? otherwise)
  }
  return accounts
}

/** A call as an honest operator records it. */
export function honestRecord(
  query: Int8Array,
  candidates: Candidates,
  topK: number,
  accountOfRow: ReadonlyMap<number, number>,
  payers: readonly number[],
  draw: Draw,
): InferenceRecord {
  return {
    commitment: draw.hash(),
    payer: draw.pick(payers),
    feeGwei: FEE_GWEI - BigInt(draw.below(1_000_000)),
    rows: attribute(query, candidates, topK).map(({ row, weight }) => ({
      row,
      account: accountOfRow.get(row) ?? 0,
      weight,
    })),
    sketch: packSketch(query),
  }
}

/** Whether a record is what the rules make of its sketch, computed without anything that the watcher uses. */
export function isHonest(
  { rows, sketch }: InferenceRecord,
  candidates: Candidates,
  topK: number,
  accountOfRow: ReadonlyMap<number, number>,
): boolean {
  const expected = attribute(unpackSketch(sketch), candidates, topK)
  return (
    rows.length === expected.length &&
    rows.every((listed, i) => {
      const { row, weight } = expected[i] ?? {}
      return listed.row === row && listed.weight === weight && listed.account === accountOfRow.get(listed.row)
    })
  )
}

/** A file of some bytes that mean nothing. */
export function rubbish(draw: Draw): Uint8Array {
  return new TextEncoder().encode(`nothing to see here ${toHex(draw.below(2 ** 31))}`)
}
