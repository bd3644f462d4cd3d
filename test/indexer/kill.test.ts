import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DatabaseLocation } from '../../indexer/store/database.ts'
import { deploymentFileOf } from './support/deploymentFile.ts'
import { digestOf } from './support/digest.ts'
import { indexTo } from './support/indexing.ts'
import { runIndexer } from './support/process.ts'
import { randomOf } from './support/random.ts'
import { type Setting, startSetting } from './support/setting.ts'

describe('kill -9 of the indexer', () => {
  let setting: Setting
  let args: readonly string[]

  beforeAll(async () => {
    setting = await startSetting(9)
    await setting.story.tell(60)
    args = [
      '--deployment',
      deploymentFileOf(setting.ledger),
      '--rpc',
      setting.ledger.rpcUrl,
      '--port',
      '0',
      '--max-range',
      '1',
      '--poll-ms',
      '10',
    ]
  })
  afterAll(async () => {
    await setting?.stop()
  })

  /** Kills it again and again before it is through, then lets it finish, and compares with one that was never killed. */
  async function surviveKills(database: DatabaseLocation, where: string, kills: number, seed: number): Promise<void> {
    const random = randomOf(seed)
    for (let i = 0; i < kills; i++) {
      const victim = runIndexer([...args, '--database', where])
      await victim.said(/GraphQL is at/)
      await sleep(random.below(150))
      victim.child.kill('SIGKILL')
      expect(await victim.ended).toBe('SIGKILL')
    }
    const last = runIndexer([...args, '--database', where])
    await last.said(/Caught up with the node/)
    last.child.kill('SIGTERM')
    expect(await last.ended).toBe(0)

    const fresh = await setting.postgres.newDatabase()
    await (await indexTo(setting.ledger, fresh)).closeAtHead()
    expect(await digestOf(database)).toEqual(await digestOf(fresh))
  }

  it('loses nothing and doubles nothing on the embedded database', async () => {
    const folder = join(setting.ledger.folder, 'embedded')
    await surviveKills({ kind: 'embedded', folder }, folder, 2, 1)
  })

  it('loses nothing and doubles nothing on PostgreSQL', async () => {
    const database = await setting.postgres.newDatabase()
    await surviveKills(database, database.url, 4, 2)
  })
})
