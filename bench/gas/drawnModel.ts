// A model with drawn rows: near-copies, rows that help and rows that harm, as they would come from a training run.

import type { Hex } from 'viem'
import { type RandomSource, randomSource } from '../../attribution/random.ts'
import { quantise } from '../../attribution/sketch.ts'
import {
  buildUnitIndex,
  findRunCopies,
  type RowSketches,
  type SourceRow,
  type UnitIndex,
} from '../../pipeline/publish/unitIndex.ts'

export interface DrawnContribution {
  readonly id: Hex
  readonly itemHashes: readonly Hex[]
}

/** What a training run would leave behind. */
export interface DrawnRows {
  readonly rows: readonly SourceRow[]
  readonly sketches: RowSketches
  readonly contributions: readonly { readonly id: Hex; readonly items: number }[]
  /** Near-copies, each with the row that it copies. */
  readonly copies: ReadonlyMap<number, number>
}

/**
 * Rows that lean towards a common direction, every fifth against it; every ninth one copies the row before it.
 * @param contributions In the order in which they were accepted.
 */
export function drawRows(contributions: readonly DrawnContribution[], k: number, seed: number): DrawnRows {
  const next = randomSource(seed, 7)
  const rows: SourceRow[] = contributions.flatMap(({ id, itemHashes }) =>
    itemHashes.map((itemHash) => ({ contribution: id, itemHash })),
  )
  const common = direction(next, k)
  const values = new Float32Array(rows.length * k)
  rows.forEach((_, row) => {
    const isCopy = row % 9 === 8
    const own = isCopy ? values.slice((row - 1) * k, row * k) : direction(next, k)
    const lean = isCopy ? 0 : row % 5 === 4 ? -0.5 : 0.6
    for (let d = 0; d < k; d++) values[row * k + d] = (own[d] as number) + lean * (common[d] as number)
  })
  const codes = rows.map((_, row) => quantise(values.subarray(row * k, (row + 1) * k)))
  return {
    rows,
    sketches: { codes, mapped: { n: rows.length, width: k, values } },
    contributions: contributions.map(({ id, itemHashes }) => ({ id, items: itemHashes.length })),
    copies: findRunCopies(rows, codes, new Map(contributions.map(({ id }, accepted) => [id, accepted]))),
  }
}

/** The units of drawn rows, as an honest owner registers them. */
export function unitsOf({ rows, sketches, contributions, copies }: DrawnRows): UnitIndex {
  return buildUnitIndex(rows, sketches, contributions, copies)
}

export function drawUnits(contributions: readonly DrawnContribution[], k: number, seed: number): UnitIndex {
  return unitsOf(drawRows(contributions, k, seed))
}

function direction(next: RandomSource, k: number): Float32Array {
  return Float32Array.from({ length: k }, () => (next() - 2 ** 31) / 2 ** 31 + (next() - 2 ** 31) / 2 ** 31)
}
