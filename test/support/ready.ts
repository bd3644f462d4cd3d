import { setTimeout as sleep } from 'node:timers/promises'
import type { IndexerProcess } from './process.ts'

/** Where a process answers. */
export async function addressOf(indexer: IndexerProcess): Promise<string> {
  await indexer.said(/GraphQL is at/)
  return /GraphQL is at (\S+)\/graphql/.exec(indexer.output())?.[1] ?? ''
}

export interface Readiness {
  readonly status: number
  readonly role: string
  readonly state: string
  readonly reason?: string
}

export async function readyAt(url: string): Promise<Readiness> {
  const response = await fetch(`${url}/ready`)
  const { role, state, reason } = (await response.json()) as Omit<Readiness, 'status'>
  return { status: response.status, role, state, ...(reason !== undefined && { reason }) }
}

/** Asks until it is so, and says after how many milliseconds that was. */
export async function until(isSo: () => Promise<boolean>, patienceMs = 120_000): Promise<number> {
  const begun = performance.now()
  while (!(await isSo())) {
    if (performance.now() - begun > patienceMs) throw new Error(`It did not come about within ${patienceMs} ms`)
    await sleep(50)
  }
  return performance.now() - begun
}
