// A model with drawn rows: near-copies, rows that help and rows that harm, as they would come from a training run.

import type { Hex } from 'viem'
import { type RandomSource, randomSource } from '../../../attribution/random.ts'
import { quantise } from '../../../attribution/sketch.ts'
import { buildUnitIndex, findRunCopies, type SourceRow, type UnitIndex } from '../../../pipeline/publish/unitIndex.ts'

export interface DrawnContribution {
  readonly id: Hex
  readonly itemHashes: readonly Hex[]
}

/**
 * Rows that lean towards a common direction, every fifth against it; every ninth one copies the row before it.
 * @param contributions In the order in which they were accepted.
 */
export function drawUnits(contributions: readonly DrawnContribution[], k: number, seed: number): UnitIndex {
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
  const copies = findRunCopies(rows, codes, new Map(contributions.map(({ id }, accepted) => [id, accepted])))
  return buildUnitIndex(
    rows,
    { codes, mapped: { n: rows.length, width: k, values } },
    contributions.map(({ id, itemHashes }) => ({ id, items: itemHashes.length })),
    copies,
  )
}

function direction(next: RandomSource, k: number): Float32Array {
  return Float32Array.from({ length: k }, () => (next() - 2 ** 31) / 2 ** 31 + (next() - 2 ** 31) / 2 ** 31)
}
