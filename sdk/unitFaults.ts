// A model's row index compared with what was registered: what a transaction can prove false, and by which proof.
//
//   false unit   rows that are malformed, are above their caps, or do not make the registered sketch, scale and count
//   no copy      a dropped row that names no kept row which it resembles
//   copy kept    two kept rows that are near-copies
//
// attribution/rowIndexFindings.ts finds them; contracts/court/UnitFaults.sol proves them.

import { findKeptCopiesFast } from '../attribution/fast/nearCopies.ts'
import { totalOf } from '../attribution/fixedWeights.ts'
import { roundedQuotient } from '../attribution/rounding.ts'
import type { RowPlace } from '../attribution/rowIndex.ts'
import { type Finding, findRowIndexFaults, type RegisteredUnit } from '../attribution/rowIndexFindings.ts'
import type { UnitHeader } from '../attribution/rowIndexTree.ts'
import { findInvalidCode, unpackSketch } from '../attribution/sketch.ts'
import { unitContributions } from '../attribution/unitPlan.ts'
import { MAX_SCALE, unitSketch, unitSum } from '../attribution/unitSketch.ts'
import type { OpenedModel } from './openModel.ts'
import {
  multiplierOf,
  packedCodesOf,
  type RawRowIndex,
  rawIndexRoot,
  rawUnitHeaders,
  rowIndexOf,
  splitRowIndex,
} from './rawRowIndex.ts'

export type UnitFaultProof =
  | { readonly proof: 'false unit'; readonly unit: number }
  | { readonly proof: 'no copy'; readonly dropped: RowPlace; readonly twin: RowPlace }
  | { readonly proof: 'copy kept'; readonly first: RowPlace; readonly second: RowPlace }

/** A row index that leads to the registered root, and what is wrong with it. */
export interface CheckedRowIndex {
  readonly raw: RawRowIndex
  readonly headers: readonly UnitHeader[]
  /** T of the registered units. */
  readonly total: Float64Array
  readonly faults: readonly UnitFaultProof[]
}

/** Undefined where the file is no row index, or that of another model: then its rows can only be demanded. */
export function checkRowIndex(file: Uint8Array, model: OpenedModel): CheckedRowIndex | undefined {
  const raw = splitOrNothing(file)
  const { units } = model.registered
  if (raw === undefined || raw.k !== model.terms.dims || raw.units.length !== units.length) return undefined
  const headers = rawUnitHeaders(raw, unitContributions(model.plan)).map((header, u) => ({
    ...header,
    // What was registered: rows of another count make the unit false, and the leaf stays what it is.
    kept: units[u]?.kept ?? header.kept,
  }))
  if (rawIndexRoot(headers) !== model.index.root.toLowerCase()) return undefined
  return { raw, headers, total: totalOf(units), faults: faultsOf(raw, headers, model) }
}

function faultsOf(
  raw: RawRowIndex,
  headers: readonly UnitHeader[],
  { registered, maxPeak }: OpenedModel,
): readonly UnitFaultProof[] {
  const malformed = raw.units.flatMap((rows, unit): readonly UnitFaultProof[] =>
    rows.some((row) => findInvalidCode(packedCodesOf(row, raw.k)) >= 0) ? [{ proof: 'false unit', unit }] : [],
  )
  // No reader can make anything of such an index but its proof.
  if (malformed.length > 0) return malformed
  const units = registered.units.map(({ scale, codes }, u): RegisteredUnit => {
    const { kept, rows, rowsRoot } = headers[u] as UnitHeader
    return { kept, rows, rowsRoot, codes, peak: registeredPeak(raw, u, scale, maxPeak) }
  })
  const findings = findRowIndexFaults(rowIndexOf(raw), units, findKeptCopiesFast)
  return distinct(findings.map((finding) => proofOf(finding, units.length)))
}

/** A peak is registered as the scale that it gives: the rows' own where that is the same, one that no rows have elsewhere. */
function registeredPeak({ k, units }: RawRowIndex, unit: number, scale: number, maxPeak: number): number {
  const rows = (units[unit] ?? []).map((row) => ({
    multiplier: multiplierOf(row),
    codes: unpackSketch(packedCodesOf(row, k)),
  }))
  const { peak } = unitSketch(unitSum(rows, k))
  const found = maxPeak === 0 ? 0 : roundedQuotient(MAX_SCALE * peak, maxPeak)
  return found === scale && peak <= maxPeak ? peak : -1
}

function proofOf(finding: Finding, unitCount: number): UnitFaultProof {
  switch (finding.fault) {
    case 'copies nothing':
    case 'copies a dropped row':
    case 'no copy': {
      const { unit, row, copies } = finding
      // A unit that the model does not have cannot be shown beside the row.
      if (copies.unit >= unitCount) return { proof: 'false unit', unit }
      return { proof: 'no copy', dropped: { unit, row }, twin: copies }
    }
    case 'kept copy':
      return { proof: 'copy kept', first: finding.earlier, second: { unit: finding.unit, row: finding.row } }
    default:
      return { proof: 'false unit', unit: finding.unit }
  }
}

function distinct(proofs: readonly UnitFaultProof[]): readonly UnitFaultProof[] {
  return [...new Map(proofs.map((proof) => [JSON.stringify(proof), proof])).values()]
}

function splitOrNothing(file: Uint8Array): RawRowIndex | undefined {
  try {
    return splitRowIndex(file)
  } catch {
    return undefined
  }
}
