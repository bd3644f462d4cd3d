// A step of a power iteration, B Xᵀ X for rows X that come in blocks, in WebAssembly: that of `passes.ts` to the last bit.
//
// basis B (k × w), rows (n × w) → (k × w). Both products sum in ascending order: over a row's entries, then over rows.

import { createWorkspace } from './kernels.ts'
import { paddedToTile, partsOf, placeRows, type RowSum, rowsPerPart, TILE } from './rowBlocks.ts'

export function powerSum(basis: Float64Array, k: number, width: number): RowSum {
  const [kPadded, wPadded] = [paddedToTile(k), paddedToTile(width)]
  const rows = rowsPerPart(wPadded)
  const sizes = {
    sums: kPadded * wPadded * 8,
    basisPanels: kPadded * wPadded * 8,
    rows: rows * wPadded * 4,
    rowPanels: rows * wPadded * 8,
    along: rows * kPadded * 8,
    alongPanels: rows * kPadded * 8,
  }
  const { kernels, buffer, take } = createWorkspace(Object.values(sizes))
  const [sums, basisPanels, rowsAt] = [take(sizes.sums), take(sizes.basisPanels), take(sizes.rows)]
  const [rowPanels, along, alongPanels] = [take(sizes.rowPanels), take(sizes.along), take(sizes.alongPanels)]
  const out = new Float64Array(buffer, sums, kPadded * wPadded)
  const products = new Float64Array(buffer, along, rows * kPadded)
  const part = new Float32Array(buffer, rowsAt, rows * wPadded)

  for (let d = 0; d < k; d++) out.set(basis.subarray(d * width, (d + 1) * width), d * wPadded)
  kernels.packWideRows(sums, kPadded, wPadded, basisPanels)
  out.fill(0)

  return {
    add: (block) => {
      for (const values of partsOf(block, width)) {
        const count = placeRows(part, values, width, wPadded)
        products.fill(0)
        kernels.packRows(rowsAt, count, wPadded, rowPanels)
        kernels.addProducts(rowPanels, count / TILE, basisPanels, kPadded / TILE, wPadded, along, kPadded, false)
        kernels.packWideColumns(along, count, kPadded, alongPanels)
        kernels.packColumns(rowsAt, count, wPadded, rowPanels)
        kernels.addProducts(alongPanels, kPadded / TILE, rowPanels, wPadded / TILE, count, sums, wPadded, false)
      }
    },
    result: () => {
      const whole = new Float64Array(k * width)
      for (let d = 0; d < k; d++) whole.set(out.subarray(d * wPadded, d * wPadded + width), d * width)
      return whole
    },
  }
}
