// Row indexes with what was registered: the file's hash, the rows' root, and each unit's sketch, caps and near-copies computed again.

import { findKeptCopiesFast } from '../../attribution/fast/nearCopies.ts'
import { keccak } from '../../attribution/keccak.ts'
import { roundedQuotient } from '../../attribution/rounding.ts'
import { findRowIndexFaults, type RegisteredUnit } from '../../attribution/rowIndexFindings.ts'
import type { UnitHeader } from '../../attribution/rowIndexTree.ts'
import { findInvalidCode, unpackSketch } from '../../attribution/sketch.ts'
import { MAX_SCALE, unitSketch, unitSum } from '../../attribution/unitSketch.ts'
import {
  multiplierOf,
  packedCodesOf,
  type RawRowIndex,
  rawIndexRoot,
  rawUnitHeaders,
  rowIndexOf,
  splitRowIndex,
} from '../../sdk/rawRowIndex.ts'
import { placeOf } from '../report/finding.ts'
import { count, find, type Tally } from '../report/tally.ts'
import type { Model, Unit } from '../world/models.ts'
import type { World } from '../world/world.ts'
import { findFile } from './rowIndexFile.ts'

export interface RowIndexQuery {
  readonly index: string | undefined
  readonly tally: Tally
  readonly progress: (done: number, total: number) => void
}

/** Gives the indexes that could be read, by model. */
export async function checkRowIndexes(query: RowIndexQuery, world: World): Promise<ReadonlyMap<number, RawRowIndex>> {
  const found = new Map<number, RawRowIndex>()
  const sketched = [...world.models].filter(([, { registered, dims }]) => registered !== undefined && dims > 0)
  for (const [i, [number, model]] of sketched.entries()) {
    query.progress(i, sketched.length)
    const raw = await checkRowIndex(query, number, model)
    if (raw !== undefined) found.set(number, raw)
  }
  query.progress(sketched.length, sketched.length)
  return found
}

async function checkRowIndex(query: RowIndexQuery, number: number, model: Model): Promise<RawRowIndex | undefined> {
  const { tally } = query
  const { hash, uri } = model.index
  const file = await findFile(hash, uri, query.index)
  if (file.kind === 'missing') {
    const what = `the row index of model ${number}`
    tally.unchecked.push({ check: 'rowIndex', what, why: file.why, isNeeded: query.index !== undefined })
    return undefined
  }
  const say = (what: string, found: string, expected: string, subject: string): void =>
    find(tally, {
      check: 'rowIndex',
      severity: 'error',
      what,
      place: placeOf(model.registered?.at ?? model.at, 'fineTunes', subject),
      found,
      expected,
      reproduce: `attribution audit --index ${query.index ?? file.place}`,
    })
  const given = keccak(file.bytes)
  count(tally, 'rowIndex')
  if (given !== hash) {
    say('A row index is not the registered file', given, hash, `row index of model ${number}: ${file.place}`)
  }
  try {
    const raw = splitRowIndex(file.bytes)
    compareIndex(tally, number, model, raw, say)
    return raw
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    say('A row index cannot be read', why, 'rows of the model', `row index of model ${number}: ${file.place}`)
    return undefined
  }
}

type Say = (what: string, found: string, expected: string, subject: string) => void

function compareIndex(tally: Tally, number: number, model: Model, raw: RawRowIndex, say: Say): void {
  const { units, dims, registered } = model
  const subject = `row index of model ${number}`
  if (raw.k !== dims || raw.units.length !== units.length) {
    const [found, expected] = [`${raw.units.length} units of ${raw.k} codes`, `${units.length} units of ${dims} codes`]
    say('A row index has another shape than its model', found, expected, subject)
    return
  }
  const contributions = units.map(({ contribution }) => contribution ?? NO_CONTRIBUTION)
  const headers = rawUnitHeaders(raw, contributions).map((header, u) => ({ ...header, kept: units[u]?.kept ?? 0 }))
  const root = rawIndexRoot(headers)
  count(tally, 'rowIndex')
  if (root !== registered?.indexRoot)
    say('The rows do not lead to the registered root', root, `${registered?.indexRoot}`, subject)
  const malformed = raw.units.flatMap((rows, unit) =>
    rows.flatMap((row, r) => (findInvalidCode(packedCodesOf(row, raw.k)) >= 0 ? [{ unit, row: r }] : [])),
  )
  for (const { unit, row } of malformed) {
    say('A row has a code that is none', '−8', '−7 to 7', `row ${row} of unit ${unit} of model ${number}`)
  }
  count(tally, 'rowIndex', units.length)
  if (malformed.length > 0) return
  const claimed = units.map((unit, u) => claimedUnit(raw, u, unit, headers[u] as UnitHeader, model.index.maxPeak))
  for (const { fault, unit, ...facts } of findRowIndexFaults(rowIndexOf(raw), claimed, findKeptCopiesFast)) {
    const { found = fault, registered: told = 'as it is registered', ...others } = facts as Record<string, unknown>
    const where = Object.entries(others).map(([name, value]) => `${name} ${JSON.stringify(value)}`)
    const named = [`unit ${unit} of model ${number}`, ...where].join(', ')
    say(`A unit is not what its rows make of it: ${fault}`, `${found}`, `${told}`, named)
  }
}

/** A peak is registered as the scale that it gives: the rows' own where that is the same, one that no rows have elsewhere. */
function claimedUnit(
  { k, units }: RawRowIndex,
  u: number,
  { kept, scale, codes }: Unit,
  { rows, rowsRoot }: UnitHeader,
  maxPeak: number,
): RegisteredUnit {
  const counted = (units[u] ?? []).map((row) => ({
    multiplier: multiplierOf(row),
    codes: unpackSketch(packedCodesOf(row, k)),
  }))
  const { peak } = unitSketch(unitSum(counted, k))
  const found = maxPeak === 0 ? 0 : roundedQuotient(MAX_SCALE * peak, maxPeak)
  return { kept, rows, rowsRoot, codes, peak: found === scale && peak <= maxPeak ? peak : -1 }
}

const NO_CONTRIBUTION = `0x${'00'.repeat(32)}` as const
