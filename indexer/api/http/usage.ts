import { limits } from '../limits.ts'

/** How much of this process's time each client took lately: who took least goes first. */
export interface Usage {
  of(client: string): number
  add(client: string, ms: number): void
}

/** After this time, half is forgotten. */
const HALF_LIFE_MS = 2_000

export function usage(now: () => number = () => performance.now()): Usage {
  const taken = new Map<string, { readonly ms: number; readonly at: number }>()
  const of = (client: string): number => {
    const known = taken.get(client)
    return known === undefined ? 0 : known.ms * 0.5 ** ((now() - known.at) / HALF_LIFE_MS)
  }
  return {
    of,
    add: (client, ms) => {
      const sum = of(client) + ms
      taken.delete(client)
      taken.set(client, { ms: sum, at: now() })
      const [oldest] = taken.keys()
      if (taken.size > limits.clients.most && oldest !== undefined) taken.delete(oldest)
    },
  }
}
