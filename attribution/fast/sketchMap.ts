// A sketcher's map over rows that come in blocks, in WebAssembly: `sketchRows` to the last bit.
//
// map (k × w), rows (n × w) → mapped gradients (n × k), codes (n × k)

import { quantise } from '../sketch.ts'
import type { Sketcher } from '../sketcher.ts'
import { createWorkspace } from './kernels.ts'
import { paddedToTile, partsOf, placeRows, rowsPerPart, TILE } from './rowBlocks.ts'

/** The sketches of a block's rows, one after the other, and what they were quantised from. */
export type SketchedBlock = {
  readonly mapped: Float32Array
  readonly codes: Int8Array
}

export type SketchMap = (block: Float32Array) => SketchedBlock

export function sketchMap({ dims, width, map }: Sketcher): SketchMap {
  const wPadded = paddedToTile(width)
  const rows = rowsPerPart(wPadded)
  const sizes = {
    map: dims * wPadded * 4,
    mapPanels: dims * wPadded * 8,
    rows: rows * wPadded * 4,
    rowPanels: rows * wPadded * 8,
    mapped: rows * dims * 8,
  }
  const { kernels, buffer, take } = createWorkspace(Object.values(sizes))
  const [mapAt, mapPanels, rowsAt] = [take(sizes.map), take(sizes.mapPanels), take(sizes.rows)]
  const [rowPanels, mappedAt] = [take(sizes.rowPanels), take(sizes.mapped)]
  const part = new Float32Array(buffer, rowsAt, rows * wPadded)
  const products = new Float64Array(buffer, mappedAt, rows * dims)

  placeRows(new Float32Array(buffer, mapAt, dims * wPadded), map, width, wPadded)
  kernels.packRows(mapAt, dims, wPadded, mapPanels)

  return (block) => {
    const n = block.length / width
    const mapped = new Float32Array(n * dims)
    const codes = new Int8Array(n * dims)
    let row = 0
    for (const values of partsOf(block, width)) {
      const count = placeRows(part, values, width, wPadded)
      products.fill(0)
      kernels.packRows(rowsAt, count, wPadded, rowPanels)
      kernels.addProducts(rowPanels, count / TILE, mapPanels, dims / TILE, wPadded, mappedAt, dims, false)
      for (let i = 0; i < values.length / width; i++, row++) {
        // A row is sketched against its loss gradient.
        const vector = mapped.subarray(row * dims, (row + 1) * dims)
        for (let d = 0; d < dims; d++) vector[d] = -(products[i * dims + d] as number)
        codes.set(quantise(vector), row * dims)
      }
    }
    return { mapped, codes }
  }
}
