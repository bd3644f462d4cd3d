import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabase } from '../../indexer/store/database.ts'
import { historiesIn } from '../../indexer/store/histories.ts'
import { lockKeyOf } from '../../indexer/store/history.ts'
import { ask } from '../support/ask.ts'
import { digestOf } from '../support/digest.ts'
import { startFollowing } from '../support/followingProcess.ts'
import { indexTo } from '../support/indexing.ts'
import type { IndexerProcess } from '../support/process.ts'
import { addressOf, readyAt, until } from '../support/ready.ts'
import { type Setting, startSetting } from '../support/setting.ts'

type Postgres = Awaited<ReturnType<Setting['postgres']['newDatabase']>>

describe('of two indexers on one history, one writes and the other stands by', () => {
  let setting: Setting

  beforeAll(async () => {
    setting = await startSetting(31)
  })
  afterAll(async () => {
    await setting?.stop()
  })

  const start = (where: string) => startFollowing(setting.ledger, where, ['--readers', '1'])

  async function headAt(url: string): Promise<number> {
    const { _meta } = await ask<{ _meta: { block: number } }>(url, '{ _meta { block } }')
    return _meta.block
  }

  const takesOver = (url: string): Promise<number> => until(async () => (await readyAt(url)).role === 'writer')

  async function hasCaughtUp(url: string): Promise<void> {
    const head = Number(await setting.ledger.connection.reader.getBlockNumber())
    await until(async () => (await headAt(url)) >= head)
  }

  async function endWell(...processes: readonly IndexerProcess[]): Promise<void> {
    for (const { child, ended, output } of processes) {
      const asked = performance.now()
      child.kill('SIGTERM')
      expect([await ended, output()]).toEqual([0, expect.any(String)])
      expect(performance.now() - asked).toBeLessThan(5_000)
    }
  }

  async function mustBeWhole(database: Postgres): Promise<void> {
    const fresh = await setting.postgres.newDatabase()
    await (await indexTo(setting.ledger, fresh)).closeAtHead()
    expect(await digestOf(database)).toEqual(await digestOf(fresh))
  }

  it('which serves meanwhile; it takes over within ten seconds when the other hangs or is killed, and one that hung stands by', async () => {
    const database = await setting.postgres.newDatabase()
    const both = [start(database.url), start(database.url)]
    const urls = await Promise.all(both.map(addressOf))
    const states = () => Promise.all(urls.map(readyAt))
    await until(async () => (await states()).every(({ status }) => status === 200))
    const roles = (await states()).map(({ role }) => role)
    expect(roles.toSorted()).toEqual(['standby', 'writer'])

    const writes = roles.indexOf('writer')
    const [leader, standby] = [both[writes], both[1 - writes]] as [IndexerProcess, IndexerProcess]
    const [leaderUrl, standbyUrl] = [urls[writes], urls[1 - writes]] as [string, string]
    expect(await readyAt(standbyUrl)).toEqual({ status: 200, role: 'standby', state: 'following' })
    expect(await headAt(standbyUrl)).toBe(await headAt(leaderUrl))

    leader.child.kill('SIGSTOP')
    await setting.scenario.play(5)
    expect(await takesOver(standbyUrl)).toBeLessThan(10_000)
    leader.child.kill('SIGCONT')
    await until(async () => (await readyAt(leaderUrl)).role === 'standby')
    await hasCaughtUp(leaderUrl)
    await until(async () => (await readyAt(leaderUrl)).status === 200)

    standby.child.kill('SIGKILL')
    expect(await takesOver(leaderUrl)).toBeLessThan(10_000)
    await setting.scenario.play(5)
    await hasCaughtUp(leaderUrl)
    await endWell(leader)
    await mustBeWhole(database)
  })

  it('as does a writer whose connection is cut and whose lock another has taken: it writes no row more', async () => {
    const database = await setting.postgres.newDatabase()
    const indexer = await indexTo(setting.ledger, database)
    await indexer.atHead()
    const connections = await openDatabase(database)
    const [history] = await historiesIn(connections.reader('public'))
    await connections.close()

    const rival = new pg.Client(database.url)
    await rival.connect()
    const lockKey = `${lockKeyOf(history?.schema ?? '')}`
    const cut = `select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted`
    await Promise.all([rival.query(cut), rival.query('select pg_advisory_lock($1)', [lockKey])])
    await until(async () => (await readyAt(indexer.url)).role === 'standby')
    const before = await headAt(indexer.url)
    await setting.scenario.play(5)
    await sleep(1_000)
    expect(await headAt(indexer.url)).toBe(before)

    await rival.end()
    await indexer.atHead()
    await until(async () => (await readyAt(indexer.url)).status === 200)
    expect(await readyAt(indexer.url)).toEqual({ status: 200, role: 'writer', state: 'following' })
    await indexer.close()
    await mustBeWhole(database)
  })

  it('and a writer that finds the history changed by a newer version when it has the lock again, stops and says so', async () => {
    const database = await setting.postgres.newDatabase()
    const indexer = await indexTo(setting.ledger, database)
    await indexer.atHead()
    const connections = await openDatabase(database)
    const db = connections.reader((await historiesIn(connections.reader('public')))[0]?.schema ?? '')
    await sql`insert into kysely_migration (name, timestamp) values ('9999-later', 'now')`.execute(db)
    await sql`select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted`.execute(db)
    await expect(indexer.stopped).rejects.toThrow('The database has a newer schema than this indexer')
    await connections.close()
    await indexer.close()
  })

  it('in an embedded database, which one process alone can open: the other says who has it, and waits', async () => {
    const folder = join(setting.ledger.folder, 'shared')
    const leader = start(folder)
    await leader.said(/Caught up/)
    const second = start(folder)
    await second.said(new RegExp(`Standing by .*process ${leader.child.pid}`))
    const third = start(folder)
    await third.said(/Standing by/)
    await endWell(third)
    leader.child.kill('SIGKILL')
    await second.said(/Caught up/)
    await addressOf(second)
    await endWell(second)
  })
})
