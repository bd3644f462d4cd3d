import { concatBytes, hexToBytes, keccak256, numberToBytes, stringToBytes } from 'viem'
import { alongTotal, totalOf } from '../../attribution/fixedWeights.ts'
import { unpackSketch } from '../../attribution/sketch.ts'
import { unitContributions } from '../../attribution/unitPlan.ts'
import { scaledUnits, unitSketch, unitSum } from '../../attribution/unitSketch.ts'
import { type DrawnRows, drawUnits, unitsOf } from '../../bench/gas/drawnModel.ts'
import type { UnitIndex } from '../../pipeline/publish/unitIndex.ts'
import {
  multiplierOf,
  packedCodesOf,
  type RawRowIndex,
  rawIndexRoot,
  rawUnitHeaders,
  splitRowIndex,
} from '../../sdk/rawRowIndex.ts'
import type { Draw } from './draw.ts'

/** What an owner registers, and the file that it gives to anyone who asks: not always that of its units, nor any. */
export interface Told {
  readonly units: UnitIndex
  readonly file: Uint8Array | undefined
}

export type UnitLie = (drawn: DrawnRows, draw: Draw) => Told

/** Every way to register units that are not what their rows make. FineTunes takes them all: it sees no rows. */
export const unitLies: Readonly<Record<string, UnitLie>> = {
  'a code of a unit is another': (drawn, draw) =>
    given(unitsOf(drawn), draw, (unit) => {
      const places = placesOf(unit.codes, (code) => Math.abs(code) < 6)
      const at = draw.pick(places)
      return { ...unit, codes: unit.codes.with(at, (unit.codes[at] as number) + draw.pick([-1, 1])) }
    }),
  'a unit is larger than its rows make it': (drawn, draw) =>
    given(unitsOf(drawn), draw, (unit) => ({ ...unit, peak: Math.ceil(unit.peak * (1.1 + draw.below(200) / 100)) })),
  'a unit is smaller than its rows make it': (drawn, draw) =>
    given(unitsOf(drawn), draw, (unit) => ({ ...unit, peak: Math.ceil(unit.peak * (0.3 + draw.below(50) / 100)) })),
  'a unit is nothing at all': (drawn, draw) =>
    given(unitsOf(drawn), draw, (unit) => ({ peak: 0, codes: unit.codes.map(() => 0) })),
  'a counted row is dropped': (drawn, draw) =>
    rows(unitsOf(drawn), (units, k) => {
      const { unit, row } = draw.pick(kept(units))
      const bytes = rowAt(units, { unit, row })
      units[unit]?.splice(row, 1, dropped(bytes, k, draw.pick(kept(units).filter((at) => at.unit !== unit))))
    }),
  'a dropped row is counted': (drawn, draw) =>
    rows(unitsOf(drawn), (units, k) => {
      const { unit, row } = draw.pick(droppedRows(units))
      const bytes = rowAt(units, { unit, row }).slice(0, CODES_AT + k / 2)
      bytes[MULTIPLIER_AT + 1] = 1 + draw.below(200)
      units[unit]?.splice(row, 1, bytes)
    }),
  'a row counts above its cap': (drawn, draw) => {
    const units = unitsOf(drawn)
    return rows(units, (bytes, k) => {
      const helping = kept(bytes).filter(({ unit, row }) => alongTotal(codesAt(bytes, unit, row, k), units.total) > 0)
      const { unit, row } = draw.pick(helping)
      new DataView(rowAt(bytes, { unit, row }).buffer).setUint16(MULTIPLIER_AT, 65_535 - draw.below(5_000))
    })
  },
  'a code of a row is none': (drawn, draw) =>
    rows(
      unitsOf(drawn),
      (units, k) => {
        const { unit, row } = draw.pick(allRows(units))
        const bytes = rowAt(units, { unit, row })
        const at = CODES_AT + draw.below(k / 2)
        bytes[at] = draw.pick([0x80 | ((bytes[at] ?? 0) & 0x0f), ((bytes[at] ?? 0) & 0xf0) | 0x08])
      },
      'keep',
    ),
  'a dropped row names a unit that is not there': (drawn, draw) =>
    twin(drawn, draw, () => ({ unit: 1_024 + draw.below(60_000), row: draw.below(9) })),
  'a dropped row names a row that is not there': (drawn, draw) =>
    twin(drawn, draw, (units) => ({ unit: draw.below(units.length), row: 100_000 + draw.below(1_000) })),
  'a dropped row names a dropped row': (drawn, draw) =>
    twin(drawn, draw, (units, own) =>
      draw.pick(droppedRows(units).filter(({ unit, row }) => unit !== own.unit || row !== own.row)),
    ),
  'a dropped row names a row that it does not resemble': (drawn, draw) =>
    twin(drawn, draw, (units, _, named) =>
      draw.pick(kept(units).filter(({ unit, row }) => unit !== named.unit || row !== named.row)),
    ),
  'a row is dropped that resembles none': (drawn, draw) => {
    const free = drawn.rows.flatMap((_, row) =>
      drawn.copies.has(row) || [...drawn.copies.values()].includes(row) ? [] : [row],
    )
    const row = draw.pick(free)
    const copies = new Map(drawn.copies).set(row, draw.pick(free.filter((other) => other !== row)))
    return honestly(unitsOf({ ...drawn, copies }))
  },
  'a near-copy is kept': (drawn, draw) => {
    const copies = new Map(drawn.copies)
    copies.delete(draw.pick([...copies.keys()]))
    return honestly(unitsOf({ ...drawn, copies }))
  },
  'a row is of an item that nobody contributed': (drawn, draw) =>
    item(drawn, draw, (bytes) => bytes.set(hexToBytes(draw.hash()))),
  'a row is of an item of somebody else': (drawn, draw) =>
    item(drawn, draw, (bytes, unit, units) => {
      const others = allRows(units).filter((at) => at.unit !== unit)
      const { unit: u, row: r } = draw.pick(others)
      bytes.set(rowAt(units, { unit: u, row: r }).subarray(0, MULTIPLIER_AT))
    }),
  'nobody gets the rows': (drawn) => ({ units: unitsOf(drawn), file: undefined }),
  'the rows are no rows': (drawn, draw) => {
    const file = stringToBytes(`no rows ${draw.hash()}`)
    return { units: { ...unitsOf(drawn), file }, file }
  },
  'the rows are those of another model': (drawn, draw) => {
    const contributions = drawn.contributions.map(({ id, items }, c) => ({
      id,
      itemHashes: Array.from({ length: items }, (_, i) => keccak256(stringToBytes(`${c} ${i}`))),
    }))
    const { file } = drawUnits(contributions, drawn.sketches.mapped.width, draw.below(2 ** 31))
    return { units: { ...unitsOf(drawn), file }, file }
  },
}

/** Lies that no proof shows: only a demand that nobody can answer does. */
export const WITHHELD: ReadonlySet<string> = new Set([
  'a row is of an item that nobody contributed',
  'a row is of an item of somebody else',
  'nobody gets the rows',
  'the rows are no rows',
  'the rows are those of another model',
])

const MULTIPLIER_AT = 32
const CODES_AT = 34
const TWIN_BYTES = 6

interface At {
  readonly unit: number
  readonly row: number
}
type Rows = Uint8Array[][]

/** As an honest owner does. */
export function honestly(units: UnitIndex): Told {
  return { units, file: units.file }
}

/** Tells a unit's sketch otherwise than its rows make it. */
function given(
  units: UnitIndex,
  draw: Draw,
  change: (unit: { readonly peak: number; readonly codes: Int8Array }) => { peak: number; codes: Int8Array },
): Told {
  const large = units.given.flatMap(({ peak }, unit) => (peak > 0 ? [unit] : []))
  const at = draw.pick(large)
  const told = units.given.map((unit, u) => (u === at ? { ...unit, ...change(unit) } : unit))
  return honestly({ ...units, given: told, total: totalOf(scaledUnits(told)) })
}

/** Changes rows before they are hashed; sketches follow from them, or stay. */
function rows(units: UnitIndex, change: (rows: Rows, k: number) => void, sums: 'follow' | 'keep' = 'follow'): Told {
  const { k } = units.index
  const changed = splitRowIndex(units.file).units.map((unit) => unit.map((row) => row.slice()))
  change(changed, k)
  const raw = { k, units: changed }
  const headers = rawUnitHeaders(raw, unitContributions(units.plan)).map((header, u) => ({
    ...header,
    kept: units.plan.units[u]?.kept ?? 0,
  }))
  const told = units.given.map((unit, u) => ({
    ...unit,
    ...(sums === 'follow' && sketchOf(changed[u] ?? [], k)),
    rowsRoot: headers[u]?.rowsRoot ?? unit.rowsRoot,
    rows: headers[u]?.rows ?? unit.rows,
  }))
  const file = encodeRawIndex(raw)
  const total = totalOf(scaledUnits(told))
  return honestly({ ...units, given: told, total, file, headers, root: rawIndexRoot(headers) })
}

function sketchOf(unit: readonly Uint8Array[], k: number) {
  const counted = unit.map((row) => ({ multiplier: multiplierOf(row), codes: unpackSketch(packedCodesOf(row, k)) }))
  return unitSketch(unitSum(counted, k))
}

function twin(drawn: DrawnRows, draw: Draw, name: (units: Rows, own: At, named: At) => At): Told {
  return rows(unitsOf(drawn), (units, k) => {
    const own = draw.pick(droppedRows(units))
    const bytes = rowAt(units, own)
    const view = new DataView(bytes.buffer, CODES_AT + k / 2)
    const { unit, row } = name(units, own, { unit: view.getUint16(0), row: view.getUint32(2) })
    view.setUint16(0, unit)
    view.setUint32(2, row)
  })
}

function item(drawn: DrawnRows, draw: Draw, change: (row: Uint8Array, unit: number, units: Rows) => void): Told {
  return rows(unitsOf(drawn), (units) => {
    const { unit, row } = draw.pick(allRows(units))
    change(rowAt(units, { unit, row }), unit, units)
  })
}

function dropped(row: Uint8Array, k: number, names: At): Uint8Array {
  const bytes = new Uint8Array(CODES_AT + k / 2 + TWIN_BYTES)
  bytes.set(row)
  const view = new DataView(bytes.buffer)
  view.setUint16(MULTIPLIER_AT, 0)
  view.setUint16(CODES_AT + k / 2, names.unit)
  view.setUint32(CODES_AT + k / 2 + 2, names.row)
  return bytes
}

function rowAt(units: Rows, { unit, row }: At): Uint8Array {
  const bytes = units[unit]?.[row]
  if (bytes === undefined) throw new RangeError(`There is no row ${row} of unit ${unit}`)
  return bytes
}

function allRows(units: Rows): readonly At[] {
  return units.flatMap((unit, u) => unit.map((_, row) => ({ unit: u, row })))
}

function kept(units: Rows): readonly At[] {
  return allRows(units).filter(({ unit, row }) => multiplierOf(rowAt(units, { unit, row })) > 0)
}

function droppedRows(units: Rows): readonly At[] {
  return allRows(units).filter(({ unit, row }) => multiplierOf(rowAt(units, { unit, row })) === 0)
}

function codesAt(units: Rows, unit: number, row: number, k: number): Int8Array {
  return unpackSketch(packedCodesOf(rowAt(units, { unit, row }), k))
}

function placesOf(codes: Int8Array, fits: (code: number) => boolean): readonly number[] {
  return [...codes].flatMap((code, place) => (fits(code) ? [place] : []))
}

/** A row index with whatever rows. */
function encodeRawIndex({ k, units }: RawRowIndex): Uint8Array {
  const count = units.reduce((sum, unit) => sum + unit.length, 0)
  const uint32 = (number: number) => numberToBytes(number, { size: 4 })
  return concatBytes([
    stringToBytes('AttrIdx3'),
    ...[k, units.length, count].map(uint32),
    ...units.flatMap((unit) => [uint32(unit.length), ...unit]),
  ])
}
