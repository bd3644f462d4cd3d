// What is wrong with a recorded inference, and the one proof that shows it: every attribution is computed again from the record's
// sketch and the model's influence index. Pure, so that auditors can use it as the watcher does.
//
// An honest record has no fault, and every other one has exactly the fault that is cheapest to prove:
// contracts/court/RecordFaults.sol decides by the same rules.

import type { CreditedRow } from '../../attribution/attribution.ts'
import { type Attributor, attributorOf } from '../../attribution/fast/attributor.ts'
import { isAbsent } from '../../attribution/indexProof.ts'
import { score } from '../../attribution/score.ts'
import { findInvalidCode, unpackSketch } from '../../attribution/sketch.ts'
import type { InferenceRecord, RecordRow } from '../record.ts'
import type { CommittedEntry, CommittedIndex } from './committedIndex.ts'
import type { ContributionFacts, IndexFault } from './indexFaults.ts'

export type RecordFault =
  /** The row is false in the index itself; the model's owner answers for it, not the operator. */
  | { readonly kind: 'StruckRow'; readonly row: number }
  | { readonly kind: 'AbsentRow'; readonly row: number; readonly positions: readonly [number] }
  | { readonly kind: 'WrongAccount'; readonly row: number; readonly positions: readonly [number] }
  | {
      readonly kind: 'OmittedRow'
      readonly row: number
      /** The omitted row's entry, and where the record has no place left, that of a listed one that counts for less. */
      readonly positions: readonly number[]
      /** Which of them is the omitted row's. */
      readonly omitted: number
    }
  | { readonly kind: 'WrongWeights'; readonly positions: readonly number[] }

/** An index laid out for judging records: rows found false in it count for nothing. */
export interface JudgedIndex {
  readonly index: CommittedIndex
  readonly falseRows: ReadonlySet<number>
  readonly attribute: Attributor
  readonly positionOf: ReadonlyMap<number, number>
}

export function judgedIndex(index: CommittedIndex, faults: readonly IndexFault[]): JudgedIndex {
  const falseRows = new Set(faults.map(({ row }) => row))
  const positionOf = new Map<number, number>()
  index.entries.forEach(({ row, sketch }, position) => {
    if (!falseRows.has(row) && !positionOf.has(row) && findInvalidCode(sketch) < 0) positionOf.set(row, position)
  })
  const sound = [...positionOf].map(([row, position]) => ({
    row,
    sketch: (index.entries[position] as CommittedEntry).sketch,
  }))
  return { index, falseRows, attribute: attributorOf(sound, index.dims), positionOf }
}

/** The fault of a record that is cheapest to prove, if it has one that can be proved. */
export function findRecordFault(
  record: InferenceRecord,
  topK: number,
  judged: JudgedIndex,
  facts: Pick<ContributionFacts, 'contributorOf'>,
): RecordFault | undefined {
  const struck = record.rows.find(({ row }) => judged.falseRows.has(row))
  if (struck !== undefined) return { kind: 'StruckRow', row: struck.row }
  for (const listed of record.rows) {
    const fault = absence(listed, judged) ?? misassignment(listed, judged, facts)
    if (fault !== undefined) return fault
  }
  const codes = unpackSketch(record.sketch)
  const expected = judged.attribute(codes, topK)
  return omission(record, codes, expected, topK, judged) ?? wrongWeights(record, expected, judged)
}

function absence({ row }: RecordRow, { index, positionOf }: JudgedIndex): RecordFault | undefined {
  if (positionOf.has(row)) return undefined
  const position = index.entries.findIndex((entry) => isAbsent(row, entry.row, entry.next))
  return position < 0 ? undefined : { kind: 'AbsentRow', row, positions: [position] }
}

function misassignment(
  { row, account }: RecordRow,
  { index, positionOf }: JudgedIndex,
  facts: Pick<ContributionFacts, 'contributorOf'>,
): RecordFault | undefined {
  const position = positionOf.get(row)
  if (position === undefined) return undefined
  const contributor = facts.contributorOf((index.entries[position] as CommittedEntry).contribution)
  return contributor === account ? undefined : { kind: 'WrongAccount', row, positions: [position] }
}

function omission(
  record: InferenceRecord,
  codes: Int8Array,
  expected: readonly CreditedRow[],
  topK: number,
  { index, positionOf }: JudgedIndex,
): RecordFault | undefined {
  const listed = new Set(record.rows.map(({ row }) => row))
  const best = expected.find(({ row }) => !listed.has(row))
  const position = best && positionOf.get(best.row)
  if (best === undefined || position === undefined) return undefined
  if (record.rows.length < topK) return { kind: 'OmittedRow', row: best.row, positions: [position], omitted: 0 }

  // A full record without an expected row lists one that counts for less.
  const least = record.rows
    .map(({ row }) => ({ row, position: positionOf.get(row) }))
    .flatMap(({ row, position }) => {
      if (position === undefined) return []
      return [{ row, position, score: score(codes, unpackSketch((index.entries[position] as CommittedEntry).sketch)) }]
    })
    .sort((a, b) => a.score - b.score || b.row - a.row)[0]
  // Only a row of which nobody can say whether it has an entry can stand in the way: that one is demanded.
  if (least === undefined || best.score < least.score || (best.score === least.score && best.row > least.row)) {
    return undefined
  }
  const positions = [position, least.position].sort((a, b) => a - b)
  return { kind: 'OmittedRow', row: best.row, positions, omitted: positions.indexOf(position) }
}

function wrongWeights(
  record: InferenceRecord,
  expected: readonly CreditedRow[],
  { positionOf }: JudgedIndex,
): RecordFault | undefined {
  const isRight =
    record.rows.length === expected.length &&
    record.rows.every(({ row, weight }, i) => row === expected[i]?.row && weight === expected[i]?.weight)
  const positions = record.rows.flatMap(({ row }) => positionOf.get(row) ?? [])
  // A row of which nobody can say whether it has an entry is demanded, not weighed.
  if (isRight || positions.length < record.rows.length) return undefined
  return { kind: 'WrongWeights', positions: positions.sort((a, b) => a - b) }
}
