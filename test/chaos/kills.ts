import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { DatabaseLocation } from '../../indexer/store/database.ts'
import { deploymentFileOf } from '../support/deploymentFile.ts'
import { digestThrough } from '../support/digest.ts'
import { type IndexerProcess, runScript } from '../support/process.ts'
import { type Chapter, type Count, Seen, tallyOf } from './chapter.ts'
import { openHistory } from './history.ts'
import { CAUGHT_UP, endWell, startProcess } from './processes.ts'
import { mustEqual, onScene, type Scene } from './scene.ts'
import { mustBeSound } from './sound.ts'

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

interface Stage extends Scene {
  /** How long a process takes before it serves, measured, in milliseconds. */
  startMs: number
}

const newest = (stage: Stage, url: string) =>
  runScript('test/chaos/newerVersion.ts', [deploymentFileOf(stage.ledger), stage.ledger.rpcUrl, url])

/** Waits for the moment, while the chain goes on. */
async function until(moment: Moment, victim: IndexerProcess, stage: Stage): Promise<void> {
  const { random, story, branch, startMs } = stage
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
      for (let acts = random.below(6); acts > 0; acts--) await story.tell(1)
      return await sleep(random.below(40))
    case 'undoing':
      await victim.said(CAUGHT_UP)
      await branch.turn(64)
      return await sleep(random.below(120))
  }
}

async function kill(moment: Moment, victim: IndexerProcess, stage: Stage, count: Count): Promise<void> {
  await until(moment, victim, stage)
  victim.child.kill('SIGKILL')
  const end = await victim.ended
  if (end !== 'SIGKILL') throw new Seen(`A process ended by itself while ${moment}, with ${end}: ${victim.output()}`)
  count('kills')
  count(moment)
}

/** Lets one live, and holds what it leaves against a fresh replay. */
async function leaveAlone(
  last: IndexerProcess,
  stage: Stage,
  database: DatabaseLocation,
  hasCaughtUp: RegExp,
  count: Count,
) {
  await last.said(hasCaughtUp)
  await endWell(last)
  const { db, close } = await openHistory(database)
  mustEqual(await digestThrough(db).finally(close), await stage.freshDigest(), 'left alone at last')
  count('comparisons')
}

/** Kills a database's indexers one after another; the last one lives. */
async function series(stage: Stage, database: DatabaseLocation, kills: number, count: Count): Promise<void> {
  const { random, story } = stage
  for (let i = 0; i < kills; i++) {
    const moment = i === 0 ? 'migrating' : random.pick(moments)
    const victim = startProcess(stage, database, moment === 'backfilling' ? 1 : 20)
    await kill(moment, victim, stage, count)
    if ((i + 1) % LOOK_EVERY[database.kind] !== 0) continue
    await mustBeSound(stage, database, `killed while ${moment}`)
    count('looked at after a kill')
  }
  await story.tell(2)
  await leaveAlone(startProcess(stage, database, 20), stage, database, CAUGHT_UP, count)
}

/** Kills the next version while it fills its history and has the views show it. */
async function switches(stage: Stage, kills: number, count: Count): Promise<void> {
  await stage.server.withDatabase(async (database) => {
    await leaveAlone(startProcess(stage, database, 20), stage, database, CAUGHT_UP, count)
    for (let i = 0; i < kills; i++) await kill('switching', newest(stage, database.url), stage, count)
    await leaveAlone(newest(stage, database.url), stage, database, /caughtUp/, count)
  })
}

export const kills: Chapter = {
  about: 'kill -9 of processes at random moments, on both databases',
  run: ({ seed, times, say }) =>
    onScene(seed, async (scene) => {
      const { counts, count } = tallyOf()
      const stage: Stage = { ...scene, startMs: 0 }
      const embedded = Math.ceil(times / 3)
      const switching = Math.ceil(times / 10)

      const inSeries = async (kills: number, on: (kills: number) => Promise<void>) => {
        for (let left = kills; left > 0; left -= KILLS_A_DATABASE) await on(Math.min(left, KILLS_A_DATABASE))
      }
      await scene.server.withDatabase(async (database) => {
        stage.startMs = await measureStart(stage, database)
      })
      await inSeries(times - embedded - switching, (kills) =>
        scene.server.withDatabase((database) => series(stage, database, kills, count)),
      )
      say(`PostgreSQL: ${counts.kills} kills`)
      await switches(stage, switching, count)
      let folders = 0
      const folder = () => join(scene.ledger.folder, `embedded-${++folders}`)
      stage.startMs = await measureStart(stage, { kind: 'embedded', folder: folder() })
      await inSeries(embedded, (kills) => series(stage, { kind: 'embedded', folder: folder() }, kills, count))
      say(`with the embedded database: ${counts.kills} kills`)
      return counts
    }),
}

async function measureStart(stage: Stage, database: DatabaseLocation): Promise<number> {
  const began = performance.now()
  const first = startProcess(stage, database, 20)
  await first.said(/GraphQL is at/)
  const startMs = performance.now() - began
  first.child.kill('SIGKILL')
  await first.ended
  return startMs
}
