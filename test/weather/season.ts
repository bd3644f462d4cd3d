import { setTimeout as sleep } from 'node:timers/promises'
import { clockAt } from '../../chain/clock.ts'
import { digestOf } from '../support/digest.ts'
import { emptyHistory } from '../support/emptyHistory.ts'
import { indexTo } from '../support/indexing.ts'
import type { PostgresServer } from '../support/postgres.ts'
import type { Random } from '../support/random.ts'
import { beginLife } from './live.ts'
import type { TwinChains } from './twinChains.ts'
import { fair, type NamedWeather } from './weathers.ts'

/** Some indexers that follow one chain at the same time, each in weather of its own. */
export interface Season {
  readonly chains: TwinChains
  readonly postgres: PostgresServer
  readonly random: Random
  /** How much faster than a wall clock time passes. */
  readonly speed: number
  readonly blocks: number
  readonly reorgs: number
}

export interface Stay {
  readonly name: string
  /** Of each node. */
  readonly weathers: readonly (readonly NamedWeather[])[]
}

export interface Outcome {
  readonly faults: readonly string[]
  /** Calls a block while the chain went on, by name. */
  readonly callsPerBlock: Readonly<Record<string, number>>
}

/** Blocks without an event, of ten. */
const EMPTY_OF_TEN = 8

/** What a reorg of some blocks may cost in calls. */
const CALLS_A_REORG = 60
const DEEPEST = 4

/** Lets the chain go on, and holds everything that was stored against a fresh replay from an honest node. */
export async function liveThrough(season: Season, stays: readonly Stay[]): Promise<Outcome> {
  const { chains, postgres, random, speed, blocks, reorgs } = season
  const clock = clockAt(speed)
  const empty = await emptyHistory(chains.ledger, postgres)
  const lives = await Promise.all(
    stays.map(async ({ name, weathers }) =>
      beginLife({ name, chains, database: await postgres.newDatabase(empty), clock, weathers }),
    ),
  )
  const faults: string[] = []
  // While they catch up, the chain goes on as well.
  let areReady = false
  const ready = Promise.all(lives.map((life) => life.ready)).then(() => {
    areReady = true
  })
  while (!areReady) {
    await chains.mine(0)
    await Promise.race([ready, clock.pause(1_000 * chains.blockSeconds)])
  }
  const before = lives.map((life) => life.calls())
  const turns = new Set(Array.from({ length: reorgs }, () => random.below(blocks)))
  const begun = performance.now()
  for (let block = 0; block < blocks; block++) {
    if (turns.has(block)) await chains.reorg(1 + random.below(DEEPEST), random)
    else await chains.mine(random.below(10) < EMPTY_OF_TEN ? 0 : 1 + random.below(3))
    const due = begun + ((block + 1) * 1_000 * chains.blockSeconds) / speed
    await sleep(Math.max(0, due - performance.now()))
  }
  await Promise.all(lives.map((life) => life.atHead()))
  const callsPerBlock = Object.fromEntries(
    lives.map((life, i) => [life.name, (life.calls() - (before[i] ?? 0) - CALLS_A_REORG * turns.size) / blocks]),
  )
  for (const [i, life] of lives.entries()) {
    const most = (stays[i]?.weathers ?? []).flat().reduce((sum, { calls = 8 }) => sum + calls, 2)
    const found = callsPerBlock[life.name] ?? 0
    if (found > most)
      faults.push(`${life.name}: ${found} calls a block, and not ${most}: ${JSON.stringify(life.counts())}`)
  }
  await Promise.all(lives.map((life) => life.end()))
  const fresh = await postgres.newDatabase(empty)
  const honest = await indexTo({ ...chains.ledger, rpcUrl: chains.rpcUrls[0] }, fresh)
  await honest.ready
  await honest.close()
  const expected = JSON.stringify(await digestOf(fresh), writable)
  for (const { name, database } of lives) {
    const found = JSON.stringify(await digestOf(database), writable)
    if (found !== expected) faults.push(`${name}: what is stored is not the chain`)
  }
  return { faults: [...faults, ...lives.flatMap((life) => life.faults())], callsPerBlock }
}

export const fairStay: Stay = { name: 'fair weather', weathers: [[fair]] }

function writable(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}` : value
}
