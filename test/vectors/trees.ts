import { bytesToHex, type Hex } from 'viem'
import { rootOf } from '../../attribution/merkle.ts'
import { appendLeaves, EMPTY_FRONTIER } from '../../attribution/merkleFrontier.ts'
import { orderedPath, orderedTree, replaceLeaf } from '../../attribution/orderedMerkle.ts'
import { randomSource } from '../../attribution/random.ts'
import { encodeRow, encodeRowIndex, rowIndexHash } from '../../attribution/rowIndex.ts'
import { proveRow, rowIndexRoot, rowLeaf, unitHeaders, unitLeaf } from '../../attribution/rowIndexTree.ts'
import { soundModel } from '../attribution/soundModel.ts'
import { hash, integer } from './draw.ts'

/** Ordered trees of every small size: every path, a leaf replaced, and the frontier. */
export function orderedMerkleVectors() {
  const next = randomSource(28)
  return [0, 1, 2, 3, 4, 5, 6, 7, 8, 11, 17].map((count) => {
    const leaves = Array.from({ length: count }, () => hash(next))
    const tree = orderedTree(leaves)
    const paths = leaves.map((_, place) => orderedPath(tree, place))
    const place = integer(next, Math.max(1, count))
    const replacement = hash(next)
    const path = paths[place]
    return {
      leaves,
      root: rootOf(tree),
      paths: paths.map(({ siblings }) => siblings),
      peaks: appendLeaves(EMPTY_FRONTIER, leaves).peaks,
      place,
      replacement,
      replacedRoot: path ? replaceLeaf(rootOf(tree), leaves[place] as Hex, replacement, path) : rootOf(tree),
    }
  })
}

/** Row indexes: the file, its roots, and every unit's last two rows shown. */
export function rowIndexVectors() {
  return [soundModel(64, 3), soundModel(256, 2), soundModel(64, 1)].map(({ index, contributions, registered }) => {
    const headers = unitHeaders(index, contributions)
    const places = index.units.flatMap((rows, unit) => [
      { unit, row: rows.length - 2 },
      { unit, row: rows.length - 1 },
    ])
    const proofs = places.map((place) => proveRow(index, headers, place))
    const file = encodeRowIndex(index)
    return {
      k: index.k,
      file: bytesToHex(file),
      hash: rowIndexHash(file),
      unitRows: headers.map(({ rows }) => rows),
      unitKept: headers.map(({ kept }) => kept),
      unitContributions: contributions,
      peaks: registered.map(({ peak }) => peak),
      rowLeaves: index.units.flat().map(rowLeaf),
      rowsRoots: headers.map(({ rowsRoot }) => rowsRoot),
      unitLeaves: headers.map(unitLeaf),
      root: rowIndexRoot(headers),
      shownUnits: places.map(({ unit }) => unit),
      shownRows: places.map(({ row }) => row),
      shown: proofs.map(({ row }) => bytesToHex(encodeRow(row))),
      rowPaths: proofs.map(({ rowPath }) => rowPath.siblings),
      unitPaths: proofs.map(({ unitPath }) => unitPath.siblings),
    }
  })
}
