// What UnitCourt is shown: a unit to stand in its model's row index, a row to stand in its unit, an item to be in its contribution.
// contracts/interfaces/IUnitCourt.sol.

import { bytesToHex, type Hex } from 'viem'
import { keccak } from '../attribution/keccak.ts'
import { proofOf, rootOf } from '../attribution/merkle.ts'
import { orderedPath, orderedTree } from '../attribution/orderedMerkle.ts'
import { type UnitHeader, unitLeaf } from '../attribution/rowIndexTree.ts'
import { itemsTree } from './contribution.ts'
import { StopError } from './errors.ts'
import type { RawRowIndex } from './rawRowIndex.ts'

export interface UnitShown {
  readonly unit: number
  readonly rowsRoot: Hex
  readonly rows: number
  readonly kept: number
  readonly contribution: Hex
  readonly path: readonly Hex[]
}

export interface RowShown {
  readonly index: number
  readonly row: Hex
  readonly path: readonly Hex[]
}

export interface ItemShown {
  readonly dataset: number
  readonly itemsRoot: Hex
  readonly itemCount: number
  /** Of a joint unit, which of its members contributed the item. */
  readonly member: number
  readonly path: readonly Hex[]
}

/** A contribution that holds the items it is said to. */
export interface ContributedItems {
  readonly dataset: number
  readonly itemHashes: readonly Hex[]
}

/** No row: what is given where a dropped row names one that does not exist. */
export const NO_ROW: RowShown = { index: 0, row: '0x', path: [] }

export function showUnit(headers: readonly UnitHeader[], unit: number): UnitShown {
  const header = headers[unit]
  if (header === undefined) throw noSuch('unit', unit, headers.length)
  return { unit, ...header, path: orderedPath(orderedTree(headers.map(unitLeaf)), unit).siblings }
}

export function showRow({ units }: RawRowIndex, unit: number, index: number): RowShown {
  const rows = units[unit]
  const row = rows?.[index]
  if (rows === undefined || row === undefined) throw noSuch('row', index, rows?.length ?? 0)
  return {
    index,
    row: bytesToHex(row),
    path: orderedPath(orderedTree(rows.map((one) => keccak(one))), index).siblings,
  }
}

export function showItem({ dataset, itemHashes }: ContributedItems, item: Hex, member: number): ItemShown {
  const place = itemHashes.indexOf(item)
  if (place < 0) {
    throw new StopError(
      `No item of this contribution hashes to ${item}`,
      { item, items: itemHashes.length },
      'Take the contribution that the row’s item came from.',
    )
  }
  const tree = itemsTree(itemHashes)
  return { dataset, itemsRoot: rootOf(tree), itemCount: itemHashes.length, member, path: proofOf(tree, place) }
}

function noSuch(what: string, number: number, count: number): StopError {
  return new StopError(`There is no ${what} ${number} of ${count}`, { number, count }, `Count each ${what} from 0.`)
}
