/**
 * A cache of the values used last. Failures are not cached, nor passed on to others who wait for
 * the same value: one may have been cancelled with its request.
 */
export interface Lru<T> {
  get(key: string, make: () => Promise<T>): Promise<T>
  drop(key: string): void
}

export function lru<T>(size: number): Lru<T> {
  const kept = new Map<string, Promise<T>>()
  const get = (key: string, make: () => Promise<T>, isSecond = false): Promise<T> => {
    const known = kept.get(key)
    kept.delete(key)
    const value = known ?? make()
    kept.set(key, value)
    const [oldest] = kept.keys()
    if (kept.size > size && oldest !== undefined) kept.delete(oldest)
    const forget = () => {
      if (kept.get(key) === value) kept.delete(key)
    }
    if (known === undefined) {
      value.catch(forget)
      return value
    }
    if (isSecond) return known
    return known.catch(() => {
      forget()
      return get(key, make, true)
    })
  }
  return {
    get: (key, make) => get(key, make),
    drop: (key) => {
      kept.delete(key)
    },
  }
}
