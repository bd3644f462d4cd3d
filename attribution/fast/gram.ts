// Xᵀ X of rows X that come in blocks, in WebAssembly: that of `passes.ts` to the last bit.
//
// rows (n × w) → (w × w). Of the symmetric result only the upper half is summed, in bands of rows that workers can share.

import { createWorkspace } from './kernels.ts'
import { paddedToTile, partsOf, placeRows, type RowSum, rowsPerPart, TILE } from './rowBlocks.ts'

/** Rows [from, to) of the upper half, both multiples of 4; `to` may reach beyond the width. */
export type GramBand = { readonly from: number; readonly to: number }

/** Bands that take equally long: of the first rows more is above the diagonal. */
export function gramBands(width: number, count: number): readonly GramBand[] {
  const padded = paddedToTile(width)
  const at = (part: number) => TILE * Math.round((padded / TILE) * (1 - Math.sqrt(1 - part / count)))
  return Array.from({ length: count }, (_, part) => ({ from: at(part), to: at(part + 1) }))
}

/** Sums one band: the rows of Xᵀ X from `from` to `to` (to − from × w), of which the lower half is not filled in. */
export function gramSum(width: number, { from, to }: GramBand): RowSum {
  const padded = paddedToTile(width)
  const rows = rowsPerPart(padded)
  const sizes = { sums: (to - from) * padded * 8, rows: rows * padded * 4, panels: rows * padded * 8 }
  const { kernels, buffer, take } = createWorkspace(Object.values(sizes))
  const [sums, rowsAt, panels] = [take(sizes.sums), take(sizes.rows), take(sizes.panels)]
  const part = new Float32Array(buffer, rowsAt, rows * padded)
  return {
    add: (block) => {
      for (const values of partsOf(block, width)) {
        const count = placeRows(part, values, width, padded)
        kernels.packColumns(rowsAt, count, padded, panels)
        const band = panels + from * count * 8
        kernels.addProducts(
          band,
          (to - from) / TILE,
          band,
          (padded - from) / TILE,
          count,
          sums + from * 8,
          padded,
          true,
        )
      }
    },
    result: () => {
      const out = new Float64Array(buffer, sums, (to - from) * padded)
      const band = new Float64Array(Math.max(0, Math.min(to, width) - from) * width)
      for (let row = 0; row < band.length / width; row++) {
        band.set(out.subarray(row * padded, row * padded + width), row * width)
      }
      return band
    },
  }
}

/** The whole from its bands, one below the other. */
export function wholeGram(bands: readonly Float64Array[], width: number): Float64Array {
  const whole = new Float64Array(width * width)
  let at = 0
  for (const band of bands) {
    whole.set(band, at)
    at += band.length
  }
  for (let row = 0; row < width; row++) {
    for (let column = 0; column < row; column++) whole[row * width + column] = whole[column * width + row] as number
  }
  return whole
}
