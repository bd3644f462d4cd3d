/**
 * Points in groups, each with those that are close to its mean.
 *
 *     repeat   a point's group is that of the nearest mean;  a group's mean is that of its points
 *
 * Lloyd (1982), begun with points drawn far apart (k-means++; Arthur and Vassilvitskii, 2007). points (n × w) → group of each (n).
 */
import type { Random } from '../math/random.ts'

const ROUNDS = 20

export function groupsOf(points: readonly Float32Array[], count: number, random: Random): Uint32Array {
  let means = firstMeans(points, count, random)
  let groups = new Uint32Array(points.length)
  for (let round = 0; round < ROUNDS; round++) {
    const next = Uint32Array.from(points, (point) => nearest(point, means).at)
    const isSettled = round > 0 && next.every((group, i) => group === groups[i])
    groups = next
    if (isSettled) break
    means = means.map((mean, group) => meanOf(points, groups, group) ?? mean)
  }
  return groups
}

/** Each drawn by the square of its distance from those before. */
function firstMeans(points: readonly Float32Array[], count: number, random: Random): readonly Float64Array[] {
  const first = points[random.below(points.length)]
  const means = first === undefined ? [] : [Float64Array.from(first)]
  while (means.length > 0 && means.length < count) {
    const distances = points.map((point) => nearest(point, means).distance)
    let left = random.uniform() * distances.reduce((sum, distance) => sum + distance, 0)
    const at = distances.findIndex((distance) => {
      left -= distance
      return left < 0
    })
    means.push(Float64Array.from(points[Math.max(0, at)] as Float32Array))
  }
  return means
}

function nearest(
  point: Float32Array,
  means: readonly Float64Array[],
): { readonly at: number; readonly distance: number } {
  let [at, distance] = [0, Number.POSITIVE_INFINITY]
  for (const [i, mean] of means.entries()) {
    let sum = 0
    for (let d = 0; d < mean.length; d++) sum += ((point[d] as number) - (mean[d] as number)) ** 2
    if (sum < distance) [at, distance] = [i, sum]
  }
  return { at, distance }
}

/** Undefined of a group without points, which keeps its mean. */
function meanOf(points: readonly Float32Array[], groups: Uint32Array, group: number): Float64Array | undefined {
  const own = points.filter((_, i) => groups[i] === group)
  if (own.length === 0) return undefined
  const mean = new Float64Array(own[0]?.length ?? 0)
  for (const point of own)
    for (let d = 0; d < mean.length; d++) mean[d] = (mean[d] as number) + (point[d] as number) / own.length
  return mean
}
