/** The best 16 of a million rows for an answer, and against it, beside a float32 product with all of them and a top-k. */
import { explainerOf } from '../../attribution/fast/explainer.ts'
import { unpackSketch } from '../../attribution/sketch.ts'
import { drawPacked } from './draw.ts'
import { type Comparison, timed } from './measure.ts'
import type { NumpyTimes } from './numpy.ts'
import type { Sizes } from './sizes.ts'
import type { TensorFlow } from './tensorflow.ts'

const REPETITIONS = 9
const UNIT_ROWS = 1_000

export async function benchExplaining(
  { rows, dims, top }: Sizes,
  tensorFlow: TensorFlow,
  numpy: NumpyTimes | undefined,
): Promise<Comparison> {
  const packed = drawPacked(rows, dims, 1)
  const bytes = dims / 2
  const units = Array.from({ length: rows / UNIT_ROWS }, (_, unit) =>
    Array.from({ length: UNIT_ROWS }, (_, row) => ({
      multiplier: 1 + ((row * 7_919) % 4_096),
      sketch: packed.subarray((unit * UNIT_ROWS + row) * bytes, (unit * UNIT_ROWS + row + 1) * bytes),
    })),
  )
  const explain = explainerOf(units, dims)
  const query = unpackSketch(drawPacked(1, dims, 2))
  const ours = await timed(REPETITIONS, () => explain(query, top))
  const reading = await timed(REPETITIONS, () => readAll(packed))
  return {
    what: `best ${top} for and against of ${rows.toLocaleString('en')} rows × ${dims} codes`,
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
