import { bytesToHex, numberToHex } from 'viem'
import { capRows } from '../../attribution/cappedRows.ts'
import { explain } from '../../attribution/explanation.ts'
import { explainerOf } from '../../attribution/fast/explainer.ts'
import { findCopiesFast, findKeptCopiesFast } from '../../attribution/fast/nearCopies.ts'
import { unitSumFast } from '../../attribution/fast/unitSum.ts'
import { fixedWeights } from '../../attribution/fixedWeights.ts'
import { keccak } from '../../attribution/keccak.ts'
import type { Rows } from '../../attribution/matrix.ts'
import { multipliersOf } from '../../attribution/multipliers.ts'
import { findCopies, findKeptCopies } from '../../attribution/nearCopies.ts'
import { oneBitSketch, signsOf } from '../../attribution/querySketch.ts'
import { type RandomSource, randomSource } from '../../attribution/random.ts'
import { encodeRowIndex, type IndexRow, type RowIndex, rowIndexHash } from '../../attribution/rowIndex.ts'
import { findRowIndexFaults } from '../../attribution/rowIndexFindings.ts'
import { rowIndexRoot, unitHeaders } from '../../attribution/rowIndexTree.ts'
import { packSketch, quantise, unpackSketch } from '../../attribution/sketch.ts'
import { mapGradient, type Sketcher, type SketchSettings } from '../../attribution/sketcher.ts'
import { planUnits, unitContributions } from '../../attribution/unitPlan.ts'
import { rowsOfUnits } from '../../attribution/unitRows.ts'
import { scaledUnits, unitSketch, unitSum } from '../../attribution/unitSketch.ts'
import { drawGradients, sketchFast, sketchPlainly } from './digests.ts'
import { bytes } from './draw.ts'

/**
 * A model from gradients to what it registers, and answers explained by it, in one go. Only digests
 * are kept. Runs anywhere: Node, and any browser.
 */

const ANSWERS = 6
const BEST = 8
/** Whose rows come in turns: three contributions of their own units, and two that share one. */
const TURNS = [0, 1, 2, 0, 1, 0, 2, 1, 0, 1, 2, 0, 1, 0, 2, 1, 0, 1, 2, 3, 0, 4]

const SETTINGS: readonly SketchSettings[] = [
  { method: 'pca', dims: 64, curvature: 'gauss-newton', seed: 1, damping: [0.001, 0.01], iterations: 2 },
  { method: 'random', dims: 128, curvature: 'fisher', seed: 3, damping: 0.01 },
]

/** @param path The plain code, which is the truth, or the fast one, which must give the same. */
export function modelDigestVectors(path: 'plain' | 'fast' = 'plain') {
  const next = randomSource(29)
  return SETTINGS.map((settings) => {
    const [u, v, queries] = [drawGradients(next), drawGradients(next), drawGradients(next)]
    const { sketcher, codes } = (path === 'plain' ? sketchPlainly : sketchFast)(u, v, settings)
    const { index, owners, rows, multipliers } = indexOf(next, mapped(sketcher, u), codes, path)
    const headers = unitHeaders(index, owners)
    const sketches = index.units.map((unit) => unitSketch(sumOf(unit, index.k, path)))
    const registered = sketches.map((sketch, unit) => ({ ...sketch, ...(headers[unit] as (typeof headers)[number]) }))
    const search = path === 'plain' ? findKeptCopies : findKeptCopiesFast
    return {
      settings,
      multipliers: keccak(Uint8Array.from([...multipliers].flatMap((x) => [x >> 8, x & 255]))),
      unitRows: rows.map(({ length }) => length),
      unitKept: headers.map(({ kept }) => kept),
      peaks: sketches.map(({ peak }) => peak),
      fixed: fixedWeights(scaledUnits(sketches)).map(String),
      file: rowIndexHash(encodeRowIndex(index)),
      root: rowIndexRoot(headers),
      faults: findRowIndexFaults(index, registered, search).length,
      explanations: explanationsOf(index, sketcher, queries, path),
    }
  })
}

/** What a sketch is quantised from, of every row. */
function mapped(sketcher: Sketcher, { n, width, values }: Rows): Rows {
  const rows = Array.from({ length: n }, (_, r) =>
    mapGradient(sketcher, values.subarray(r * width, (r + 1) * width), -1),
  )
  return { n, width: sketcher.dims, values: Float32Array.from(rows.flatMap((row) => [...row])) }
}

function indexOf(next: RandomSource, x: Rows, codes: readonly Int8Array[], path: 'plain' | 'fast') {
  const copies = (path === 'plain' ? findCopies : findCopiesFast)(codes)
  const kept = codes.map((_, row) => !copies.has(row))
  const { multipliers } = multipliersOf(x, codes, kept)
  const trained = kept.map((isKept, row) => ({ contribution: TURNS[row % TURNS.length] as number, kept: isKept }))
  const contributions = [0, 1, 2, 3, 4].map((place) => {
    const own = trained.filter(({ contribution }) => contribution === place)
    const id = numberToHex(place + 1, { size: 32 })
    return { id, kept: own.filter((row) => row.kept).length, items: own.length }
  })
  const plan = planUnits(contributions)
  const { rowsOf, unitOf } = rowsOfUnits(plan, trained)
  const counted = rowsOf.map((rows) =>
    rows.map((row) => ({ multiplier: multipliers[row] as number, codes: codes[row] as Int8Array })),
  )
  const capped = capRows(counted, x.width).multipliers
  const placeOf = (row: number) => {
    const unit = unitOf[row] as number
    return { unit, row: rowsOf[unit]?.indexOf(row) as number }
  }
  const units = rowsOf.map((rows, unit) =>
    rows.map((row, place): IndexRow => {
      const multiplier = capped[unit]?.[place] as number
      const entry = { itemHash: bytesToHex(bytes(next, 32)), multiplier, sketch: packSketch(codes[row] as Int8Array) }
      return multiplier > 0 ? entry : { ...entry, copies: placeOf(copies.get(row) as number) }
    }),
  )
  const index: RowIndex = { k: x.width, units }
  return { index, owners: unitContributions(plan), rows: rowsOf, multipliers }
}

function sumOf(rows: readonly IndexRow[], k: number, path: 'plain' | 'fast'): Int32Array {
  if (path === 'plain') return unitSum(rows.map(countedRow), k)
  const sketches = Uint8Array.from(rows.flatMap(({ sketch }) => [...sketch]))
  return unitSumFast(
    sketches,
    Uint16Array.from(rows, ({ multiplier }) => multiplier),
    k,
  )
}

function countedRow({ multiplier, sketch }: IndexRow) {
  return { multiplier, codes: unpackSketch(sketch) }
}

/** Of some answers, from one bit and from int4. */
function explanationsOf({ units, k }: RowIndex, sketcher: Sketcher, { width, values }: Rows, path: 'plain' | 'fast') {
  const counted = units.map((rows) => rows.map(countedRow))
  const fast = explainerOf(units, k)
  const explained = Array.from({ length: ANSWERS }, (_, i) => {
    const vector = mapGradient(sketcher, values.subarray(i * width, (i + 1) * width), 1)
    const queries = [signsOf(oneBitSketch(vector)), quantise(vector)]
    return queries.map((query) => (path === 'plain' ? explain(query, counted, BEST) : fast(query, BEST)))
  })
  return keccak(new TextEncoder().encode(JSON.stringify(explained)))
}
