/** Gradients to sketches, the damped inverse Fisher matrix included, against the float32 products that it takes at least. */
import { availableParallelism } from 'node:os'
import type { RowBlocks } from '../../attribution/fast/rowBlocks.ts'
import { fitSketcherFast, sketchBlocks } from '../../attribution/fast/sketcher.ts'
import { openSketchPool } from '../../attribution/fast/sketchPool.ts'
import type { SketchSettings } from '../../attribution/sketcher.ts'
import { drawGradients } from './draw.ts'
import { type Comparison, timed } from './measure.ts'
import type { NumpyTimes } from './numpy.ts'
import type { Sizes } from './sizes.ts'
import type { TensorFlow } from './tensorflow.ts'

const BLOCK_ROWS = 4_096

export async function benchSketching(
  { gradients: n, width, dims }: Sizes,
  tensorFlow: TensorFlow,
  numpy: NumpyTimes | undefined,
): Promise<readonly Comparison[]> {
  const values = drawGradients(n, width, 3)
  const rows: RowBlocks = {
    n,
    width,
    blocks: function* () {
      for (let row = 0; row < n; row += BLOCK_ROWS)
        yield values.subarray(row * width, Math.min(n, row + BLOCK_ROWS) * width)
    },
  }
  const random: SketchSettings = { method: 'random', dims, curvature: 'fisher', seed: 1, damping: 0.01 }
  const pca: SketchSettings = {
    method: 'pca',
    dims,
    curvature: 'fisher',
    seed: 1,
    damping: [0.001, 0.01],
    iterations: 2,
  }
  const what = `${n.toLocaleString('en')} gradients × ${width} → ${dims} codes`
  const products = await floatProducts(values, n, width, dims, tensorFlow)
  return [
    {
      what: `${what}, random projection`,
      ours: (await timed(1, () => sketchAll(rows, random))).cpuMs,
      others: { tensorFlow: products, numpy: numpy?.sketchRandom },
      note: 'of TensorFlow.js the three products alone',
    },
    {
      what: `${what}, principal components`,
      ours: (await timed(1, () => sketchAll(rows, pca))).cpuMs,
      others: { numpy: numpy?.sketchPca },
      note: await onAllCores(rows, pca),
    },
  ]
}

function sketchAll(rows: RowBlocks, settings: SketchSettings): void {
  const sketcher = fitSketcherFast({ u: rows, v: rows }, settings)
  for (const _ of sketchBlocks(sketcher, rows)) {
    // Sketching is what is measured.
  }
}

async function onAllCores(rows: RowBlocks, settings: SketchSettings): Promise<string> {
  const workers = availableParallelism()
  const pool = openSketchPool(workers)
  try {
    const { cpuMs, wallMs } = await timed(1, async () => {
      const sketcher = await pool.fit({ u: rows, v: rows }, settings)
      for await (const _ of pool.sketch(sketcher, rows)) {
        // Sketching is what is measured.
      }
    })
    return `with ${workers} workers ${(wallMs / 1000).toFixed(1)} s by the clock, ${(cpuMs / 1000).toFixed(1)} s of CPU`
  } finally {
    await pool.close()
  }
}

/** X · P, Yᵀ · Y and Y · L⁻ᵀ, whatever stands in them. */
async function floatProducts(
  values: Float32Array,
  n: number,
  width: number,
  dims: number,
  tensorFlow: TensorFlow,
): Promise<number> {
  const x = tensorFlow.tensor2d(values, [n, width])
  const projection = tensorFlow.tensor2d(new Float32Array(width * dims).fill(0.1), [width, dims])
  const square = tensorFlow.tensor2d(new Float32Array(dims * dims).fill(0.1), [dims, dims])
  const { cpuMs } = await timed(1, async () => {
    const y = tensorFlow.matMul(x, projection)
    const fisher = tensorFlow.matMul(y, y, true, false)
    const whitened = tensorFlow.matMul(y, square)
    await Promise.all([fisher.data(), whitened.data()])
    for (const tensor of [y, fisher, whitened]) tensor.dispose()
  })
  for (const tensor of [x, projection, square]) tensor.dispose()
  return cpuMs
}
