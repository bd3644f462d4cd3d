/** Several measurements of the same thing. Other programs only ever make one longer, so the best is what the machine can do. */
export interface Rounds<T> {
  readonly best: T
  /** Of an even number, the worse of the two in the middle. */
  readonly median: T
}

/** Picks by `cost`, of which less is better. */
export function roundsOf<T>(measured: readonly T[], cost: (one: T) => number): Rounds<T> {
  const sorted = measured.toSorted((a, b) => cost(a) - cost(b))
  const [best, median] = [sorted[0], sorted[sorted.length >> 1]]
  if (best === undefined || median === undefined) throw new Error('Nothing was measured')
  return { best, median }
}

/** The value below which the share `of` of all lies. */
export function quantile(values: readonly number[], of: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(of * sorted.length))] ?? Number.NaN
}
