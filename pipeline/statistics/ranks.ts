/** Ranks of values and what is made of them: Spearman's correlation, and the area under a receiver's curve. */

/** So few values are ranked faster pair by pair than by sorting, and resamples rank little else. */
const FEW = 64

/** Ranks from 1; equal values share the mean of their ranks. */
export function ranks(values: Float64Array): Float64Array {
  return values.length <= FEW ? ranksByPairs(values) : ranksBySorting(values)
}

/** A value's rank is one, and one for each that is smaller, and half for each other that is equal. */
function ranksByPairs(values: Float64Array): Float64Array {
  const n = values.length
  const ranked = new Float64Array(n).fill(1)
  for (let i = 0; i < n; i++)
    for (let j = i + 1; j < n; j++) {
      const a = values[i] as number
      const b = values[j] as number
      if (a !== b) {
        const larger = a < b ? j : i
        ranked[larger] = (ranked[larger] as number) + 1
      } else {
        ranked[i] = (ranked[i] as number) + 0.5
        ranked[j] = (ranked[j] as number) + 0.5
      }
    }
  return ranked
}

function ranksBySorting(values: Float64Array): Float64Array {
  const ascending = values.toSorted()
  return values.map((value) => {
    const below = countWhere(ascending, (other) => other < value)
    const upTo = countWhere(ascending, (other) => other <= value)
    return (below + 1 + upTo) / 2
  })
}

/** How many of ascending values hold, where those that hold come first. */
function countWhere(ascending: Float64Array, holds: (value: number) => boolean): number {
  let from = 0
  let to = ascending.length
  while (from < to) {
    const middle = (from + to) >> 1
    if (holds(ascending[middle] as number)) from = middle + 1
    else to = middle
  }
  return from
}

/** Pearson's correlation; 0 where either side does not vary, since what is the same for all tells nobody apart. */
export function correlation(x: Float64Array, y: Float64Array): number {
  const n = x.length
  const meanX = x.reduce((sum, value) => sum + value, 0) / n
  const meanY = y.reduce((sum, value) => sum + value, 0) / n
  let xy = 0
  let xx = 0
  let yy = 0
  for (let i = 0; i < n; i++) {
    const dx = (x[i] as number) - meanX
    const dy = (y[i] as number) - meanY
    xy += dx * dy
    xx += dx * dx
    yy += dy * dy
  }
  return xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : 0
}

/** Spearman's rank correlation, with ties. */
export function spearman(x: Float64Array, y: Float64Array): number {
  return correlation(ranks(x), ranks(y))
}

/** How often one of `positives` exceeds one of `negatives`, ties counting half (Mann and Whitney); NaN without a pair. */
export function areaUnderCurve(positives: Float64Array, negatives: Float64Array): number {
  const all = new Float64Array(positives.length + negatives.length)
  all.set(positives)
  all.set(negatives, positives.length)
  const ranked = ranks(all)
  let sum = 0
  for (let i = 0; i < positives.length; i++) sum += ranked[i] as number
  return (sum - (positives.length * (positives.length + 1)) / 2) / (positives.length * negatives.length)
}
