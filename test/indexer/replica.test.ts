import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask } from '../support/ask.ts'
import { deploymentFileOf } from '../support/deploymentFile.ts'
import { indexTo } from '../support/indexing.ts'
import { runIndexer } from '../support/process.ts'
import { addressOf, readyAt, until } from '../support/ready.ts'
import { type Replica, startReplica } from '../support/replica.ts'
import { type Setting, startSetting } from '../support/setting.ts'

const QUESTION = `{ _meta { block hash head lag chainId } accounts { items { id earnedGwei } totalCount }
  inferences(limit: 5) { items { batchId position feeGwei } totalCount } }`

describe('processes that only serve, from a streaming replica that refuses to be written,', () => {
  let setting: Setting
  let replica: Replica

  beforeAll(async () => {
    setting = await startSetting(32)
    replica = await startReplica(setting.postgres)
  })
  afterAll(async () => {
    await replica?.stop()
    await setting?.stop()
  })

  it('answer what the one who writes to the primary answers, need no node, and say when it no longer reports', async () => {
    const { ledger, postgres, scenario } = setting
    const file = deploymentFileOf(ledger)
    const database = await postgres.newDatabase()
    const copy = replica.databaseLike(database.url)
    const writer = await indexTo(ledger, database)
    await writer.atHead()

    const serve = () => runIndexer(['serve', '--deployment', file, '--database', copy.url, '--port', '0'])
    const processes = [serve(), serve()]
    const urls = await Promise.all(processes.map(addressOf))
    const areReady = () => Promise.all(urls.map(readyAt))
    await until(async () => (await areReady()).every(({ status }) => status === 200))
    expect(await areReady()).toEqual(urls.map(() => ({ status: 200, role: 'reader', state: 'following' })))

    await scenario.play(5)
    await writer.atHead()
    const told = await ask<{ _meta: { hash: string } }>(writer.url, QUESTION)
    for (const url of urls) {
      await until(async () => (await ask<typeof told>(url, QUESTION))._meta.hash === told._meta.hash)
      // The writer tells its node's head once a second.
      await until(async () => JSON.stringify(await ask(url, QUESTION)) === JSON.stringify(told))
    }
    const client = new pg.Client(copy.url)
    await client.connect()
    await expect(client.query('create table mine (id int)')).rejects.toThrow(/read-only transaction/)
    await client.end()

    await postgres.stop()
    const silentAfterMs = await until(async () => (await areReady()).every(({ status }) => status === 503))
    expect(silentAfterMs).toBeLessThan(15_000)
    for (const ready of await areReady()) {
      expect(ready).toMatchObject({
        role: 'reader',
        state: 'silent',
        reason: expect.stringMatching(/not reported for/),
      })
    }
    for (const url of urls) expect(await ask(url, QUESTION)).toEqual(told)

    for (const { child, ended } of processes) {
      child.kill('SIGTERM')
      expect(await ended).toBe(0)
    }
    await writer.close()
  })
})
