import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { askGraphql } from './ask.ts'
import { quantile } from './rounds.ts'

/** How long what a section of docs/api.md asks first takes to answer. */
export interface QueryTime {
  readonly asked: string
  readonly p50Ms: number
  readonly p99Ms: number
}

const PAGE = new URL('../../docs/api.md', import.meta.url)
const REPETITIONS = 50

/** Whose wallet asks. */
const RICHEST = '{ accounts(orderBy: earnedGwei, orderDirection: desc, limit: 1) { items { accountId payout } } }'
const richestSchema = z.object({
  accounts: z.object({ items: z.array(z.object({ accountId: z.int(), payout: z.string() })) }),
})

export interface PageQuery {
  /** The section that asks it. */
  readonly asked: string
  /** Its place among the queries of the section, from 1. */
  readonly number: number
  readonly query: string
}

export function pageQueries(): readonly PageQuery[] {
  return readFileSync(PAGE, 'utf8')
    .split('\n## ')
    .flatMap((section) =>
      [...section.matchAll(/```graphql\n(.*?)```/gs)].map(([, query = ''], i) => ({
        asked: section.slice(0, section.indexOf('\n')),
        number: i + 1,
        query,
      })),
    )
}

/** Those that fit the account that earned most. */
export async function pageVariables(url: string): Promise<object> {
  const { accounts } = await askGraphql(url, RICHEST, richestSchema)
  return { account: accounts.items[0]?.accountId, payout: accounts.items[0]?.payout }
}

export async function askPage(url: string): Promise<readonly QueryTime[]> {
  const variables = await pageVariables(url)
  const times: QueryTime[] = []
  for (const { asked, query } of pageQueries().filter(({ number }) => number === 1)) {
    await askGraphql(url, query, z.unknown(), variables)
    const taken: number[] = []
    for (let i = 0; i < REPETITIONS; i++) {
      const start = performance.now()
      await askGraphql(url, query, z.unknown(), variables)
      taken.push(performance.now() - start)
    }
    times.push({ asked, p50Ms: quantile(taken, 0.5), p99Ms: quantile(taken, 0.99) })
  }
  return times
}
