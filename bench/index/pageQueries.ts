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

export async function askPage(url: string): Promise<readonly QueryTime[]> {
  const { accounts } = await askGraphql(url, RICHEST, richestSchema)
  const variables = { account: accounts.items[0]?.accountId, payout: accounts.items[0]?.payout }
  const times: QueryTime[] = []
  for (const section of readFileSync(PAGE, 'utf8').split('\n## ')) {
    const query = /```graphql\n(.*?)```/s.exec(section)?.[1]
    if (query === undefined) continue
    const asked = section.slice(0, section.indexOf('\n'))
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
