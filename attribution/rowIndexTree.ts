// What a model commits to of its row index: a tree over units, each of which holds the root of a
// tree over its rows.
//
//   row leaf   keccak256(row)                                              of a unit: rowsRoot
//   unit leaf  keccak256(rowsRoot ‖ rows uint32 ‖ kept uint32 ‖
//                        contribution bytes32)                             by number: the root
//
// A unit's contribution is whose it is alone, and 0 of a joint one. Both trees are ordered, so a
// proof shows a row's unit and number. docs/protocol.md, "Merkle trees". row index, contributions of
// units → unit headers → root; place → proof → whether it stands under the root.

import type { Hex } from 'viem'
import { bytes32 } from './bytes32.ts'
import { keccak } from './keccak.ts'
import { MalformedError } from './malformed.ts'
import type { MerkleTree } from './merkle.ts'
import { type OrderedPath, orderedPath, orderedRoot, orderedTree, standsAt } from './orderedMerkle.ts'
import { encodeRow, type IndexRow, isKept, type RowIndex, type RowPlace } from './rowIndex.ts'

/** What the leaf of a unit holds. */
export type UnitHeader = {
  readonly rowsRoot: Hex
  readonly rows: number
  readonly kept: number
  /** Whose it is alone; 32 zero bytes of a joint one. */
  readonly contribution: Hex
}

/** A row, shown to stand at a place of a model. */
export type RowProof = {
  readonly row: IndexRow
  readonly rowPath: OrderedPath
  readonly unit: UnitHeader
  readonly unitPath: OrderedPath
}

export function rowLeaf(row: IndexRow): Hex {
  return keccak(encodeRow(row))
}

export function unitLeaf({ rowsRoot, rows, kept, contribution }: UnitHeader): Hex {
  const counts = new DataView(new ArrayBuffer(8))
  counts.setUint32(0, rows)
  counts.setUint32(4, kept)
  return keccak(bytes32(rowsRoot), new Uint8Array(counts.buffer), bytes32(contribution))
}

/** The root of a unit's rows. */
export function rowsRootOf(rows: readonly IndexRow[]): Hex {
  return orderedRoot(rows.map(rowLeaf))
}

/**
 * What the leaves of all units hold.
 * @param contributions Whose each unit is: `unitContributions` of the model's plan.
 */
export function unitHeaders({ units }: RowIndex, contributions: readonly Hex[]): readonly UnitHeader[] {
  if (contributions.length !== units.length) {
    throw new MalformedError(
      `A row index of ${units.length} units does not go with the contributions of ${contributions.length}`,
      { units: units.length, contributions: contributions.length },
      'Take both from the plan of the same model.',
    )
  }
  return units.map((rows, unit) => ({
    rowsRoot: rowsRootOf(rows),
    rows: rows.length,
    kept: rows.filter(isKept).length,
    contribution: contributions[unit] as Hex,
  }))
}

/** The tree over all units, whose root is registered with the model. */
export function unitsTree(headers: readonly UnitHeader[]): MerkleTree {
  return orderedTree(headers.map(unitLeaf))
}

export function rowIndexRoot(headers: readonly UnitHeader[]): Hex {
  return orderedRoot(headers.map(unitLeaf))
}

/**
 * Shows a row to stand under the root.
 * @param headers What `unitHeaders` gives; worked out once for many proofs.
 */
export function proveRow({ units }: RowIndex, headers: readonly UnitHeader[], place: RowPlace): RowProof {
  const rows = units[place.unit]
  const row = rows?.[place.row]
  const unit = headers[place.unit]
  if (rows === undefined || row === undefined || unit === undefined) {
    throw new MalformedError(
      `There is no row ${place.row} in unit ${place.unit} of ${units.length}`,
      { ...place, units: units.length },
      'Units, and rows within a unit, are numbered from 0.',
    )
  }
  return {
    row,
    rowPath: orderedPath(orderedTree(rows.map(rowLeaf)), place.row),
    unit,
    unitPath: orderedPath(unitsTree(headers), place.unit),
  }
}

/** Whether a proof shows its row at its place under a root. */
export function rowStands(root: Hex, { row, rowPath, unit, unitPath }: RowProof): boolean {
  const inUnit = rowPath.count === unit.rows && standsAt(unit.rowsRoot, rowLeaf(row), rowPath)
  return inUnit && standsAt(root, unitLeaf(unit), unitPath)
}
