/** The file, leaves and root of an influence index, against the plain path's tree: hash-wasm, one hash at a time. */
import { bytesToHex } from 'viem'
import { indexTreeOf } from '../../../attribution/fast/indexTree.ts'
import { encodeIndex, type InfluenceIndex, indexTree } from '../../../attribution/influenceIndex.ts'
import { rootOf } from '../../../attribution/merkle.ts'
import { drawPacked } from './draw.ts'
import { type Comparison, timed } from './measure.ts'
import type { Sizes } from './sizes.ts'

const CONTRIBUTIONS = 1_000

export async function benchIndexing({ rows, dims }: Sizes): Promise<readonly Comparison[]> {
  const index = drawIndex(rows, dims)
  let file = new Uint8Array()
  const encoding = await timed(1, () => {
    file = encodeIndex(index) as Uint8Array<ArrayBuffer>
  })
  const [roots, what] = [new Set<string>(), `${rows.toLocaleString('en')} rows`]
  const fast = await timed(1, () => roots.add(rootOf(indexTreeOf(file))))
  const plain = await timed(1, () => roots.add(rootOf(indexTree(index))))
  if (roots.size !== 1) throw new Error(`The two trees have the roots ${[...roots].join(' and ')}.`)
  return [
    {
      what: `index of ${what}: leaves and root`,
      ours: fast.cpuMs,
      others: { plain: plain.cpuMs },
      note: `its file of ${(file.length / 1e6).toFixed(0)} MB is written in ${(encoding.cpuMs / 1000).toFixed(1)} s before that`,
    },
  ]
}

function drawIndex(rows: number, dims: number): InfluenceIndex {
  const packed = drawPacked(rows, dims, 4)
  const bytes = dims / 2
  const hashes = drawPacked(CONTRIBUTIONS, 64, 5)
  const contributions = Array.from({ length: CONTRIBUTIONS }, (_, i) =>
    bytesToHex(hashes.subarray(i * 32, i * 32 + 32)),
  )
  const entries = Array.from({ length: rows }, (_, row) => {
    const sketch = packed.subarray(row * bytes, (row + 1) * bytes)
    return {
      row,
      contribution: contributions[row % CONTRIBUTIONS] as `0x${string}`,
      itemHash: bytesToHex(sketch.subarray(0, 32)),
      sketch,
    }
  })
  return { dims, rowCount: rows, entries }
}
