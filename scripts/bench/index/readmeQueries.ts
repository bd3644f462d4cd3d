import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { askGraphql } from './ask.ts'
import { quantile } from './rounds.ts'

/** How long what the README asks takes to answer. */
export interface QueryTime {
  readonly asked: string
  readonly p50Ms: number
  readonly p99Ms: number
}

const README = new URL('../../../README.md', import.meta.url)
const REPETITIONS = 50

export async function askReadme(url: string): Promise<readonly QueryTime[]> {
  const bodies = [...readFileSync(README, 'utf8').matchAll(/-d '(\{"query":.*\})'/g)].map(([, body]) => body ?? '')
  const times: QueryTime[] = []
  for (const body of bodies) {
    const { query } = z.object({ query: z.string() }).parse(JSON.parse(body))
    await askGraphql(url, query, z.unknown())
    const taken: number[] = []
    for (let i = 0; i < REPETITIONS; i++) {
      const start = performance.now()
      await askGraphql(url, query, z.unknown())
      taken.push(performance.now() - start)
    }
    const asked = /\w+/.exec(query)?.[0] ?? query
    times.push({ asked, p50Ms: quantile(taken, 0.5), p99Ms: quantile(taken, 0.99) })
  }
  return times
}
