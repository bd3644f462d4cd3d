/** The best 16 of a million rows, against a float32 product with all of them and a top-k. */
import { attributorOf } from '../../../attribution/fast/attributor.ts'
import { unpackSketch } from '../../../attribution/sketch.ts'
import { drawPacked } from './draw.ts'
import { type Comparison, timed } from './measure.ts'
import type { NumpyTimes } from './numpy.ts'
import type { Sizes } from './sizes.ts'
import type { TensorFlow } from './tensorflow.ts'

const REPETITIONS = 9

export async function benchSearch(
  { rows, dims, top }: Sizes,
  tensorFlow: TensorFlow,
  numpy: NumpyTimes | undefined,
): Promise<Comparison> {
  const packed = drawPacked(rows, dims, 1)
  const bytes = dims / 2
  const entries = Array.from({ length: rows }, (_, row) => ({
    row,
    sketch: packed.subarray(row * bytes, (row + 1) * bytes),
  }))
  const attribute = attributorOf(entries, dims)
  const query = unpackSketch(drawPacked(1, dims, 2))
  const ours = await timed(REPETITIONS, () => attribute(query, top))
  const reading = await timed(REPETITIONS, () => readAll(packed))
  return {
    what: `best ${top} of ${rows.toLocaleString('en')} rows × ${dims} codes`,
    ours: ours.cpuMs,
    others: { tensorFlow: await floatSearch(rows, dims, top, tensorFlow), numpy: numpy?.search },
    note: `reading the ${(packed.length / 1e6).toFixed(0)} MB alone, with memchr: ${reading.cpuMs.toFixed(1)} ms`,
  }
}

/** Looks for a byte that no sketch holds. */
function readAll(packed: Uint8Array): void {
  if (Buffer.from(packed.buffer).indexOf(0x88) >= 0) throw new Error('A drawn sketch holds the nibble 0x8.')
}

async function floatSearch(rows: number, dims: number, top: number, tensorFlow: TensorFlow): Promise<number> {
  const matrix = tensorFlow.tensor2d(
    new Float32Array(rows * dims).map((_, at) => ((at * 7919) % 97) / 97),
    [rows, dims],
  )
  const query = tensorFlow.tensor2d(new Float32Array(dims).fill(0.5), [dims, 1])
  const { cpuMs } = await timed(3, async () => {
    const scores = tensorFlow.matMul(matrix, query)
    const { values, indices } = tensorFlow.topk(tensorFlow.reshape(scores, [rows]), top)
    await values.data()
    for (const tensor of [scores, values, indices]) tensor.dispose()
  })
  matrix.dispose()
  query.dispose()
  return cpuMs
}
