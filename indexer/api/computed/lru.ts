/** A cache of the values used last. Failures are not cached. */
export interface Lru<T> {
  get(key: string, make: () => Promise<T>): Promise<T>
  drop(key: string): void
}

export function lru<T>(size: number): Lru<T> {
  const kept = new Map<string, Promise<T>>()
  return {
    get: (key, make) => {
      const known = kept.get(key)
      kept.delete(key)
      const value = known ?? make()
      kept.set(key, value)
      if (known === undefined) {
        value.catch(() => {
          if (kept.get(key) === value) kept.delete(key)
        })
      }
      const [oldest] = kept.keys()
      if (kept.size > size && oldest !== undefined) kept.delete(oldest)
      return value
    },
    drop: (key) => {
      kept.delete(key)
    },
  }
}
