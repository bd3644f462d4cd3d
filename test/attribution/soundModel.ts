import { type Hex, zeroHash } from 'viem'
import { capRows } from '../../attribution/cappedRows.ts'
import { randomSource } from '../../attribution/random.ts'
import type { IndexRow, RowIndex } from '../../attribution/rowIndex.ts'
import type { RegisteredUnit } from '../../attribution/rowIndexFindings.ts'
import { type UnitHeader, unitHeaders } from '../../attribution/rowIndexTree.ts'
import { packSketch } from '../../attribution/sketch.ts'
import { codes, hash, integer, nearby } from '../vectors/draw.ts'

export type SoundModel = {
  readonly index: RowIndex
  /** Whose each unit is: every second one is a joint one. */
  readonly contributions: readonly Hex[]
  readonly registered: readonly RegisteredUnit[]
}

/**
 * A row index that nobody can find a fault in, with the units that it makes up. Every unit of five
 * rows ends with a near-copy of the row before it; the last unit's third row is all zeros.
 */
export function soundModel(k = 64, units = 3): SoundModel {
  const next = randomSource(51)
  const drawn = Array.from({ length: units }, (_, unit) => {
    const kept = Array.from({ length: 4 }, (_, row) =>
      unit === units - 1 && row === 2 ? new Int8Array(k) : codes(next, k),
    )
    return [...kept, nearby(next, kept[3] as Int8Array)]
  })
  const counted = drawn.map((rows) =>
    rows.map((row, place) => ({
      multiplier: place === 4 ? 0 : row.every((code) => code === 0) ? 1 : 50 + integer(next, 150),
      codes: row,
    })),
  )
  const { multipliers, sketches } = capRows(counted, k)
  const index: RowIndex = {
    k,
    units: drawn.map((rows, unit) =>
      rows.map((row, place): IndexRow => {
        const multiplier = multipliers[unit]?.[place] as number
        const entry = { itemHash: hash(next), multiplier, sketch: packSketch(row) }
        return multiplier > 0 ? entry : { ...entry, copies: { unit, row: 3 } }
      }),
    ),
  }
  const contributions = drawn.map((_, unit) => (unit % 2 === 1 ? zeroHash : hash(next)))
  const headers = unitHeaders(index, contributions)
  return {
    index,
    contributions,
    registered: sketches.map((sketch, u) => ({ ...sketch, ...(headers[u] as UnitHeader) })),
  }
}
