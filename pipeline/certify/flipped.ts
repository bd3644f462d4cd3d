/** How well self-influence tells rows with a flipped label from honest ones. A draw takes both kinds of rows anew. */

import { drawIndices, type Resampled, type Resampling, resampler } from '../statistics/bootstrap.ts'
import { areaUnderCurve } from '../statistics/ranks.ts'
import type { CertifiedRows } from './certificationSet.ts'

export function measureFlipped(
  selfInfluence: Float64Array,
  { items }: Pick<CertifiedRows, 'items'>,
  { seed, replicates }: Resampling,
): Resampled {
  const ofKind = (kind: string): Float64Array => selfInfluence.filter((_, row) => items[row]?.kind === kind)
  const [flipped, honest] = [ofKind('flipped'), ofKind('honest')]
  const random = resampler(seed, 'self-influence')
  const drawnOf = (values: Float64Array): Float64Array =>
    Float64Array.from(drawIndices(values.length, random), (i) => values[i] as number)
  return {
    estimate: areaUnderCurve(flipped, honest),
    replicates: Float64Array.from({ length: replicates }, () => areaUnderCurve(drawnOf(flipped), drawnOf(honest))),
  }
}
