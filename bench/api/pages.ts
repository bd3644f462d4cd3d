import { z } from 'zod'
import { askGraphql } from '../index/ask.ts'
import { pageQueries, pageVariables } from '../index/pageQueries.ts'
import { quantile } from '../index/rounds.ts'

/** What a query of a page costs. */
export interface PageCost {
  readonly asked: string
  /** CPU in PostgreSQL. */
  readonly databaseMs: number
  readonly p50Ms: number
}

const WARM = 5
const TIMES = 40

/** Each query of a wallet's, a dApp's and an auditor's page by itself, every time as if nobody had asked it before. */
export async function measurePages(url: string, databaseCpuMs: () => number): Promise<readonly PageCost[]> {
  const variables = await pageVariables(url)
  const costs: PageCost[] = []
  for (const { asked, number, query } of pageQueries().filter(({ asked }) => asked.startsWith('Recipe: '))) {
    // No cache of answers knows another text.
    const ask = (i: number) => askGraphql(url, `${query}# ${i}`, z.unknown(), variables)
    for (let i = 0; i < WARM; i++) await ask(i)
    const before = databaseCpuMs()
    const taken: number[] = []
    for (let i = 0; i < TIMES; i++) {
      const start = performance.now()
      await ask(WARM + i)
      taken.push(performance.now() - start)
    }
    const databaseMs = (databaseCpuMs() - before) / TIMES
    costs.push({ asked: `${asked.slice('Recipe: '.length)}, ${number}`, databaseMs, p50Ms: quantile(taken, 0.5) })
  }
  return costs
}
