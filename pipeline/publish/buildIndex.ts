import type { Hex } from 'viem'
import { findDuplicatesFast } from '../../attribution/fast/duplicates.ts'
import type { InfluenceIndex } from '../../attribution/influenceIndex.ts'
import { packSketch } from '../../attribution/sketch.ts'
import type { RunRow } from '../run/manifest.ts'

/** Rows and their sketches → the influence index, without flagged rows and near-copies of earlier ones. */

export interface BuiltIndex {
  readonly index: InfluenceIndex
  /** For every near-copy, the row that is credited in its place. */
  readonly duplicateOf: ReadonlyMap<number, number>
}

/**
 * @param codes Sketches by row number.
 * @param flagged Rows that pull at the model too hard to be credited (attribution/selfInfluence.ts).
 * @param acceptedAt When each contribution was accepted: first accepted, first credited.
 */
export function buildIndex(
  rows: readonly RunRow[],
  codes: readonly Int8Array[],
  flagged: ReadonlySet<number>,
  acceptedAt: ReadonlyMap<Hex, number>,
  dims: number,
): BuiltIndex {
  const creditable = rows.filter(({ row }) => !flagged.has(row))
  const sketched = creditable.map((row) => {
    const sketch = codes[row.row]
    if (sketch === undefined) throw new Error(`Row ${row.row} has no sketch, although the run was checked`)
    return { ...row, codes: sketch }
  })
  const order = (contribution: Hex): number => {
    const position = acceptedAt.get(contribution)
    if (position === undefined) throw new Error(`When ${contribution} was accepted was asked for and is missing`)
    return position
  }
  const accepted = sketched.toSorted((a, b) => order(a.contribution) - order(b.contribution) || a.row - b.row)
  const duplicateOf = findDuplicatesFast(accepted)
  const entries = sketched
    .filter(({ row }) => !duplicateOf.has(row))
    .toSorted((a, b) => a.row - b.row)
    .map(({ row, contribution, itemHash, codes: sketch }) => ({
      row,
      contribution,
      itemHash,
      sketch: packSketch(sketch),
    }))
  return { index: { dims, rowCount: rows.length, entries }, duplicateOf }
}
