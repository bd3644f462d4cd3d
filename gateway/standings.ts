import { setTimeout as sleep } from 'node:timers/promises'
import type { Connection } from '../sdk/contracts.ts'
import type { Serving } from './serving.ts'
import { type Owed, owedOf, readStanding, reasonToRefuse, type Standing } from './standing.ts'
import { pendingOf } from './store/calls.ts'
import type { Database } from './store/database.ts'

/** What chain and database say of each model, looked up in the background, so that no call waits for it. */
export interface Standings {
  /** Until when a call that is taken now is recorded; throws the reason where it may not be taken. */
  recordBy(model: number): { readonly recordBy: number } | { readonly reason: string }
  /** A call was taken; it counts until the next look. */
  add(model: number, units: number): void
  owed(): Owed
  refresh(): Promise<void>
  close(): Promise<void>
}

export interface StandingOptions {
  readonly connection: Connection
  readonly database: Database
  readonly servings: readonly Serving[]
  readonly sender: `0x${string}`
  readonly promiseSeconds: number
  readonly topUpGwei: bigint
  readonly now: () => number
  readonly onError: (error: unknown) => void
}

const LOOK_MS = 1_000
/** A chain that was not heard of for so long cannot be promised anything. */
const STALE_MS = 30_000

export async function startStandings(options: StandingOptions): Promise<Standings> {
  const { connection, database, servings, sender, promiseSeconds, topUpGwei, now } = options
  const feeUnitOf = (model: number): bigint =>
    servings.find((serving) => serving.model.model === model)?.model.terms.feeUnitGwei ?? 0n
  const operators = [...new Set(servings.map(({ operator }) => operator))]
  let found = new Map<number, Standing>()
  let foundAt = 0
  let owed: Owed = { records: 0, feesGwei: 0n }
  const stopping = new AbortController()

  const refresh = async () => {
    const at = now()
    const [standings, pending] = await Promise.all([
      Promise.all(servings.map((serving) => readStanding(connection, serving, sender))),
      Promise.all(operators.map((operator) => pendingOf(database.pool, operator))),
    ])
    found = new Map(servings.map(({ model }, i) => [model.model, standings[i] as Standing]))
    owed = owedOf(pending.flat(), feeUnitOf)
    foundAt = at
  }
  await refresh()
  const run = async () => {
    while (!stopping.signal.aborted) {
      await sleep(LOOK_MS, undefined, { signal: stopping.signal }).catch(() => {})
      if (!stopping.signal.aborted) await refresh().catch(options.onError)
    }
  }
  const running = run()
  return {
    recordBy: (model) => {
      const standing = found.get(model)
      const age = now() - foundAt
      if (standing === undefined || age > STALE_MS) return { reason: 'the chain does not answer' }
      const recordBy = standing.time + Math.floor(age / 1_000) + promiseSeconds
      const reason = reasonToRefuse(standing, { ...owed, records: owed.records + 1 }, recordBy, topUpGwei)
      return reason === undefined ? { recordBy } : { reason }
    },
    add: (model, units) => {
      owed = { records: owed.records + 1, feesGwei: owed.feesGwei + BigInt(units) * feeUnitOf(model) }
    },
    owed: () => owed,
    refresh,
    close: async () => {
      stopping.abort()
      await running
    },
  }
}
