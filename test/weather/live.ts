import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../../chain/clock.ts'
import type { IndexerEvent } from '../../indexer/events.ts'
import { type Indexer, startIndexer } from '../../indexer/start.ts'
import type { DatabaseLocation } from '../../indexer/store/database.ts'
import { answerTo } from '../support/ask.ts'
import { inHistory } from '../support/inHistory.ts'
import { startWeatherProxy, type WeatherProxy } from './proxy.ts'
import type { TwinChains } from './twinChains.ts'
import type { NamedWeather } from './weathers.ts'

/** An indexer in some weather, and what must hold of it. */
export interface Life {
  readonly name: string
  readonly database: DatabaseLocation
  readonly events: readonly IndexerEvent[]
  /** Resolves once it has caught up for the first time. */
  readonly ready: Promise<unknown>
  /** Calls to all of its nodes. */
  calls(): number
  counts(): Readonly<Record<string, number>>
  /** What was seen that must not be. */
  faults(): readonly string[]
  /** Waits until the answers speak of the chain's head. */
  atHead(): Promise<void>
  /** Compares what was reverted with what left the chain, and ends. */
  end(): Promise<void>
}

export interface LifeOptions {
  readonly name: string
  readonly chains: TwinChains
  readonly database: DatabaseLocation
  readonly clock: Clock
  /** The weather of each node; one node where only one is given. */
  readonly weathers: readonly (readonly NamedWeather[])[]
  /** What may take this long in simulated time: to become ready, and to come to the head. */
  readonly patienceMs?: number
}

const LOOK_MS = 20

export async function beginLife(options: LifeOptions): Promise<Life> {
  const { name, chains, database, clock, weathers, patienceMs = 30 * 60_000 } = options
  const proxies: WeatherProxy[] = []
  for (const [i, kinds] of weathers.entries()) {
    const target = chains.rpcUrls[i % 2] as string
    proxies.push(
      await startWeatherProxy(
        target,
        kinds.map(({ weather }) => weather),
        clock,
        chains.height,
      ),
    )
  }
  const faults: string[] = []
  const events: IndexerEvent[] = []
  const verify = weathers.flat().find((one) => one.verify !== undefined)?.verify ?? 'receipts'
  const indexer = await startIndexer({
    deployment: chains.ledger.deployment,
    rpcUrls: proxies.map(({ url }) => url),
    database,
    clock,
    // The machine may be busy for seconds, which are minutes by this clock.
    rpcTimeoutMs: Math.max(20_000, 5_000 * clock.speed),
    verify,
    report: (event) => {
      events.push(event)
      if (event.kind === 'gaveUpNode' || event.kind === 'stopped' || event.kind === 'unready') {
        faults.push(`${event.kind}: ${'error' in event ? String(event.error) : event.reason}`)
      }
    },
  })
  indexer.stopped.catch((error) => faults.push(`stopped: ${error}`))
  const ended = new AbortController()
  const watching = watchReadiness(indexer, faults, ended.signal)
  const patience = async <T>(what: string, wanted: Promise<T>): Promise<T | undefined> => {
    const over = new AbortController()
    const late = clock.pause(patienceMs, AbortSignal.any([ended.signal, over.signal])).then(() => {
      if (!ended.signal.aborted && !over.signal.aborted) faults.push(`not ${what} in time`)
      return undefined
    })
    const came = await Promise.race([wanted, late])
    over.abort()
    return came
  }
  return {
    name,
    database,
    events,
    ready: patience(
      'ready',
      indexer.ready.catch((error) => faults.push(`never ready: ${error}`)),
    ),
    calls: () => proxies.reduce((sum, proxy) => sum + proxy.calls(), 0),
    counts: () => Object.fromEntries(proxies.flatMap(({ counts }) => [...counts])),
    faults: () => faults.map((fault) => `${name}: ${fault}`),
    atHead: async () => {
      await patience('at the head', untilAtHead(indexer, chains, ended.signal))
    },
    end: async () => {
      ended.abort()
      await watching
      await indexer.close()
      await Promise.all(proxies.map((proxy) => proxy.stop()))
      for (const hash of await revertedIn(database)) {
        if (!chains.orphans.has(hash)) faults.push(`a reorg that never was took block ${hash} back`)
      }
    },
  }
}

/** After it was ready once, `/ready` must never say anything else. */
async function watchReadiness(indexer: Indexer, faults: string[], signal: AbortSignal): Promise<void> {
  if (
    await indexer.ready.then(
      () => false,
      () => true,
    )
  )
    return
  while (!signal.aborted) {
    const response = await fetch(`${indexer.url}/ready`, { signal }).catch(() => undefined)
    const told = await response?.text().catch(() => '')
    if (response !== undefined && response.status !== 200) faults.push(`/ready flapped: ${told}`)
    await sleep(LOOK_MS, undefined, { signal }).catch(() => {})
  }
}

async function untilAtHead(indexer: Indexer, chains: TwinChains, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const { data } = await answerTo<{ _meta: { hash: string } } | null>(indexer.url, '{ _meta { hash } }')
    if (data?._meta.hash === chains.hashes.get(chains.height())) return
    await sleep(LOOK_MS, undefined, { signal }).catch(() => {})
  }
}

async function revertedIn(database: DatabaseLocation): Promise<readonly string[]> {
  return await inHistory(database, async (db) => {
    const rows = await db.selectFrom('revertedBlock').select('hash').execute()
    return rows.map(({ hash }) => String(hash))
  })
}
