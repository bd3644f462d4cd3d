/** A cache of the values used last, bounded by the sum of their weights. */
export interface Weighted<T> {
  get(key: string): T | undefined
  set(key: string, value: T): void
}

interface WeightedOptions<T> {
  /** The sum of weights, and the number of values. */
  readonly most: number
  readonly count: number
  readonly weigh: (key: string, value: T) => number
}

export function weighted<T>({ most, count, weigh }: WeightedOptions<T>): Weighted<T> {
  const kept = new Map<string, { readonly value: T; readonly weight: number }>()
  let sum = 0
  const drop = (key: string) => {
    sum -= kept.get(key)?.weight ?? 0
    kept.delete(key)
  }
  return {
    get: (key) => {
      const found = kept.get(key)
      if (found === undefined) return undefined
      kept.delete(key)
      kept.set(key, found)
      return found.value
    },
    set: (key, value) => {
      drop(key)
      const weight = weigh(key, value)
      if (weight > most / 4) return
      kept.set(key, { value, weight })
      sum += weight
      for (const [oldest] of kept) {
        if (sum <= most && kept.size <= count) break
        drop(oldest)
      }
    },
  }
}
