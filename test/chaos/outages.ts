import { setTimeout as sleep } from 'node:timers/promises'
import { clockAt } from '../../chain/clock.ts'
import type { IndexerEvent } from '../../indexer/events.ts'
import { digestThrough } from '../support/digest.ts'
import { type Indexing, indexTo } from '../support/indexing.ts'
import { watchAnswers } from './answerWatch.ts'
import { restartChain, stopChain } from './chain.ts'
import { ANY_DEPTH, type Context, mustEqual, withContext } from './context.ts'
import { openHistory } from './history.ts'
import { type Count, Seen, type Suite, tallyOf } from './suite.ts'

/**
 * The database goes down and comes up, as an administrator or a crash would have it, or loses its sessions; the node goes away and
 * comes back on its state. The indexer says so once, waits, goes on by itself, and has lost nothing.
 */

/** Pauses between attempts pass by this clock. */
const clock = clockAt(4)

type Outage = 'the database stops' | 'the database crashes' | 'the sessions are cut' | 'the node is gone'
const kinds: readonly Outage[] = [
  'the database stops',
  'the database crashes',
  'the sessions are cut',
  'the node is gone',
]

/** Begins an outage, and gives the way to end it. */
async function begin(outage: Outage, context: Context, url: string): Promise<() => Promise<void>> {
  const { server, ledger } = context
  switch (outage) {
    case 'the database stops':
      await server.down('fast')
      return server.up
    case 'the database crashes':
      await server.down('immediate')
      return server.up
    case 'the sessions are cut':
      await server.cutSessions(url)
      return async () => {}
    case 'the node is gone':
      await stopChain(ledger)
      return async () => context.atEnd(await restartChain(ledger))
  }
}

async function readyOf(indexer: Indexing): Promise<{ readonly status: number; readonly reason: string }> {
  const response = await fetch(`${indexer.url}/ready`)
  const { reason = '' } = (await response.json()) as { readonly reason?: string }
  return { status: response.status, reason }
}

async function suffer(context: Context, outage: Outage, isLive: boolean, count: Count): Promise<void> {
  const { server, ledger, random, scenario } = context
  await server.withDatabase(async (database) => {
    const troubles: string[] = []
    const report = (events: IndexerEvent) => events.kind === 'troubled' && troubles.push(events.error.message)
    const options = {
      clock,
      rpcTimeoutMs: 10_000 * clock.speed,
      pollMs: 10 * clock.speed,
      finalityDepth: ANY_DEPTH,
      maxRange: isLive ? 50 : 1,
      report,
    }
    const indexer = await indexTo(ledger, database, options)
    const watch = watchAnswers(() => indexer.url)
    try {
      if (isLive) await indexer.atHead()
      else await sleep(random.below(200))
      const end = await begin(outage, context, database.url)
      // The sessions are back before anybody could look.
      if (outage !== 'the sessions are cut') {
        // Whether or not there is anything new to store meanwhile.
        if (outage !== 'the node is gone' && random.below(2) === 0) await scenario.play(1)
        await saysWhy(indexer, outage)
        await sleep(random.below(1_500))
        const said = new Set(troubles)
        if (said.size > 2) throw new Seen(`While ${outage}, it says ${said.size} things: ${[...said].join(' · ')}`)
        count('said why')
      }
      await end()
      await scenario.play(2)
      await comesBack(indexer)
      const { db, close } = await openHistory(database)
      mustEqual(await digestThrough(db).finally(close), await context.freshDigest(), `after ${outage}`)
      count(outage)
    } finally {
      await indexer.close()
    }
    await watch.stop()
    count('answers watched', watch.answers())
  })
}

async function saysWhy(indexer: Indexing, outage: Outage): Promise<void> {
  for (let waited = 0; waited < 15_000; waited += 50) {
    const { status, reason } = await readyOf(indexer)
    if (status === 503 && reason !== '') return
    await sleep(50)
  }
  throw new Seen(`${outage} for 15 s, and /ready does not say so: ${JSON.stringify(await readyOf(indexer))}`)
}

/** By itself, within a minute. */
async function comesBack(indexer: Indexing): Promise<void> {
  const late = sleep(60_000, undefined, { ref: false }).then(() => {
    throw new Seen('An indexer did not come back within a minute')
  })
  await Promise.race([indexer.atHead(), late])
  for (let status = 0; status !== 200; ) {
    status = await Promise.race([readyOf(indexer).then((ready) => ready.status), late])
    await sleep(20)
  }
}

export const outages: Suite = {
  about: 'the database and the node go down and come back',
  run: ({ times, say, ...where }) =>
    withContext(where, async (context) => {
      const { counts, count } = tallyOf()
      for (let i = 0; i < times; i++) {
        const outage = kinds[i % kinds.length] ?? 'the database stops'
        const isLive = Math.floor(i / kinds.length) % 2 === 0
        await suffer(context, outage, isLive, count)
        say(`${outage}, ${isLive ? 'live' : 'while backfilling'}`)
      }
      return counts
    }),
}
