/** Near-copies among a few thousand rows, against the plain path and against one float32 product of all rows with all. */
import { findCopiesFast } from '../../attribution/fast/nearCopies.ts'
import { findCopies } from '../../attribution/nearCopies.ts'
import { unpackSketch } from '../../attribution/sketch.ts'
import { drawPacked } from './draw.ts'
import { type Comparison, timed } from './measure.ts'
import type { NumpyTimes } from './numpy.ts'
import type { Sizes } from './sizes.ts'

/** One row in so many repeats the one before. */
const COPIED = 25

export async function benchCopies({ copies, dims }: Sizes, numpy: NumpyTimes | undefined): Promise<Comparison> {
  const packed = drawPacked(copies, dims, 6)
  const bytes = dims / 2
  const rows = Array.from({ length: copies }, (_, row) => {
    const from = (row % COPIED === 1 ? row - 1 : row) * bytes
    return unpackSketch(packed.subarray(from, from + bytes))
  })
  const found = [findCopiesFast(rows).size, findCopies(rows).size]
  if (found[0] !== found[1]) throw new Error(`The two searches found ${found.join(' and ')} copies.`)
  return {
    what: `near-copies among ${copies.toLocaleString('en')} rows × ${dims} codes`,
    ours: (await timed(3, () => findCopiesFast(rows))).cpuMs,
    others: { plain: (await timed(1, () => findCopies(rows))).cpuMs, numpy: numpy?.copies },
  }
}
