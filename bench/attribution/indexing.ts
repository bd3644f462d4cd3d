/** The file of a row index, and the leaves and root that a model is registered with. */
import { bytesToHex, zeroHash } from 'viem'
import { encodeRowIndex, type RowIndex } from '../../attribution/rowIndex.ts'
import { rowIndexRoot, unitHeaders } from '../../attribution/rowIndexTree.ts'
import { drawPacked } from './draw.ts'
import { type Comparison, timed } from './measure.ts'
import type { Sizes } from './sizes.ts'

const UNIT_ROWS = 1_000

export async function benchIndexing({ rows, dims }: Sizes): Promise<readonly Comparison[]> {
  const index = drawIndex(rows, dims)
  let file = new Uint8Array()
  const encoding = await timed(1, () => {
    file = encodeRowIndex(index) as Uint8Array<ArrayBuffer>
  })
  const hashing = await timed(1, () =>
    rowIndexRoot(
      unitHeaders(
        index,
        index.units.map(() => zeroHash),
      ),
    ),
  )
  return [
    {
      what: `row index of ${rows.toLocaleString('en')} rows: leaves and root`,
      ours: hashing.cpuMs,
      others: {},
      note: `its file of ${(file.length / 1e6).toFixed(0)} MB is written in ${(encoding.cpuMs / 1000).toFixed(1)} s before that`,
    },
  ]
}

function drawIndex(rows: number, k: number): RowIndex {
  const packed = drawPacked(rows, k, 4)
  const bytes = k / 2
  const drawRow = (row: number) => {
    const sketch = packed.subarray(row * bytes, (row + 1) * bytes)
    return { itemHash: bytesToHex(sketch.subarray(0, 32)), multiplier: 4_096, sketch }
  }
  const units = Array.from({ length: rows / UNIT_ROWS }, (_, unit) =>
    Array.from({ length: UNIT_ROWS }, (_, row) => drawRow(unit * UNIT_ROWS + row)),
  )
  return { k, units }
}
