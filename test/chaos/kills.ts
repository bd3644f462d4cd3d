import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { DatabaseLocation } from '../../indexer/store/database.ts'
import { deploymentFileOf } from '../support/deploymentFile.ts'
import { digestThrough } from '../support/digest.ts'
import { type IndexerProcess, runScript } from '../support/process.ts'
import { type Context, mustEqual, withContext } from './context.ts'
import { openHistory } from './history.ts'
import { CAUGHT_UP, endWell, startProcess } from './processes.ts'
import { mustBeSound } from './sound.ts'
import { type Count, Seen, type Suite, tallyOf } from './suite.ts'

/**
 * kill -9 of real processes at random moments of their lives. What is stored then equals a fresh replay as far as it goes; the
 * next process starts by itself; and when one is left alone at last, its history is whole.
 */

type Moment = 'starting' | 'migrating' | 'backfilling' | 'live' | 'undoing' | 'switching'
const moments: readonly Moment[] = ['starting', 'migrating', 'backfilling', 'backfilling', 'live', 'undoing', 'undoing']

/** So many lives end on one database before another, empty one takes its place. */
const KILLS_A_DATABASE = 10
/** Opening an embedded history to look at it takes longer than a life. */
const LOOK_EVERY = { postgres: 1, embedded: 5 } as const

interface TimedContext extends Context {
  /** How long a process takes before it serves, measured, in milliseconds. */
  startMs: number
}

const newest = (timed: TimedContext, url: string) =>
  runScript('test/chaos/newerVersion.ts', [deploymentFileOf(timed.ledger), timed.ledger.rpcUrl, url])

/** Waits for the moment, while the chain goes on. */
async function until(moment: Moment, victim: IndexerProcess, timed: TimedContext): Promise<void> {
  const { random, scenario, branch, startMs } = timed
  switch (moment) {
    case 'starting':
      return await sleep(random.below(startMs))
    case 'migrating':
    case 'switching':
      return await sleep(startMs * 0.6 + random.below(startMs))
    case 'backfilling':
      await victim.said(/GraphQL is at/)
      return await sleep(random.below(300))
    case 'live':
      await victim.said(CAUGHT_UP)
      for (let acts = random.below(6); acts > 0; acts--) await scenario.play(1)
      return await sleep(random.below(40))
    case 'undoing':
      await victim.said(CAUGHT_UP)
      await branch.turn(64)
      return await sleep(random.below(120))
  }
}

async function kill(moment: Moment, victim: IndexerProcess, timed: TimedContext, count: Count): Promise<void> {
  await until(moment, victim, timed)
  victim.child.kill('SIGKILL')
  const end = await victim.ended
  if (end !== 'SIGKILL') throw new Seen(`A process ended by itself while ${moment}, with ${end}: ${victim.output()}`)
  count('kills')
  count(moment)
}

/** Lets one live, and holds what it leaves against a fresh replay. */
async function leaveAlone(
  last: IndexerProcess,
  timed: TimedContext,
  database: DatabaseLocation,
  hasCaughtUp: RegExp,
  count: Count,
) {
  await last.said(hasCaughtUp)
  await endWell(last)
  const { db, close } = await openHistory(database)
  mustEqual(await digestThrough(db).finally(close), await timed.freshDigest(), 'left alone at last')
  count('comparisons')
}

/** Kills a database's indexers one after another; the last one lives. */
async function series(timed: TimedContext, database: DatabaseLocation, kills: number, count: Count): Promise<void> {
  const { random, scenario } = timed
  for (let i = 0; i < kills; i++) {
    const moment = i === 0 ? 'migrating' : random.pick(moments)
    const victim = startProcess(timed, database, moment === 'backfilling' ? 1 : 20)
    await kill(moment, victim, timed, count)
    if ((i + 1) % LOOK_EVERY[database.kind] !== 0) continue
    await mustBeSound(timed, database, `killed while ${moment}`)
    count('looked at after a kill')
  }
  await scenario.play(2)
  await leaveAlone(startProcess(timed, database, 20), timed, database, CAUGHT_UP, count)
}

/** Kills the next version while it fills its history beside one that is whole, and has the views show it. */
async function switches(timed: TimedContext, url: string, kills: number, count: Count): Promise<void> {
  for (let i = 0; i < kills; i++) await kill('switching', newest(timed, url), timed, count)
  await leaveAlone(newest(timed, url), timed, { kind: 'postgres', url }, /caughtUp/, count)
}

export const kills: Suite = {
  about: 'kill -9 of processes at random moments, on both databases',
  run: ({ times, say, ...where }) =>
    withContext(where, async (context) => {
      const { counts, count } = tallyOf()
      const timed: TimedContext = { ...context, startMs: 0 }
      const embedded = Math.ceil(times / 3)
      const switching = Math.ceil(times / 10)

      for (const kills of inSeries(times - embedded - switching)) {
        await context.server.withDatabase(async (database) => {
          timed.startMs ||= await measureStart(timed, database)
          await series(timed, database, kills, count)
          if (counts.kills === times - embedded - switching) await switches(timed, database.url, switching, count)
        })
      }
      say(`PostgreSQL: ${counts.kills} kills`)
      // It makes its files first, which takes as long again.
      timed.startMs *= 2
      for (const [i, kills] of inSeries(embedded).entries()) {
        const folder = join(context.ledger.folder, `embedded-${i}`)
        await series(timed, { kind: 'embedded', folder }, kills, count)
      }
      say(`with the embedded database: ${counts.kills} kills`)
      return counts
    }),
}

function inSeries(kills: number): readonly number[] {
  return Array.from({ length: Math.ceil(kills / KILLS_A_DATABASE) }, (_, i) =>
    Math.min(KILLS_A_DATABASE, kills - i * KILLS_A_DATABASE),
  )
}

async function measureStart(timed: TimedContext, database: DatabaseLocation): Promise<number> {
  const began = performance.now()
  const first = startProcess(timed, database, 20)
  await first.said(/GraphQL is at/)
  const startMs = performance.now() - began
  first.child.kill('SIGKILL')
  await first.ended
  return startMs
}
