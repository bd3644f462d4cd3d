import { type Client, clientAt } from '../../test/hostile/client.ts'
import { quantile } from '../index/rounds.ts'

/** Clients with addresses of their own, each with one question under way. */
export interface Crowd {
  /** Asks each body once, and says how many milliseconds each answer took. */
  ask(bodies: readonly object[]): Promise<readonly number[]>
  leave(): void
}

export function crowdAt(url: string, connections: number): Crowd {
  const clients = Array.from({ length: connections }, (_, i) =>
    clientAt(`127.0.${1 + Math.floor(i / 250)}.${1 + (i % 250)}`, url),
  )
  return {
    ask: async (bodies) => {
      const taken: number[] = []
      let next = 0
      const work = async (client: Client) => {
        for (let body = bodies[next++]; body !== undefined; body = bodies[next++]) {
          const { status, text, ms } = await client.ask(body)
          if (status !== 200 || text.includes('"errors"')) throw new Error(`${status}: ${text.slice(0, 300)}`)
          taken.push(ms)
        }
      }
      await Promise.all(clients.map(work))
      return taken
    },
    leave: () => {
      for (const client of clients) client.close()
    },
  }
}

export interface Measured {
  readonly requests: number
  readonly serverMs: number
  readonly databaseMs: number
  readonly p50Ms: number
  readonly p99Ms: number
}

/** What some questions took, of CPU in the API's processes and in PostgreSQL's, and until they were answered. */
export async function measure(
  crowd: Crowd,
  bodies: readonly object[],
  cpuMs: () => { readonly server: number; readonly database: number },
): Promise<Measured> {
  const before = cpuMs()
  const taken = await crowd.ask(bodies)
  const after = cpuMs()
  return {
    requests: bodies.length,
    serverMs: (after.server - before.server) / bodies.length,
    databaseMs: (after.database - before.database) / bodies.length,
    p50Ms: quantile(taken, 0.5),
    p99Ms: quantile(taken, 0.99),
  }
}

export function perCpuSecond({ serverMs, databaseMs }: Measured): number {
  return 1_000 / (serverMs + databaseMs)
}
