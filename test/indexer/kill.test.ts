import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DatabaseLocation } from '../../indexer/store/database.ts'
import { digestOf } from '../support/digest.ts'
import { startFollowing } from '../support/followingProcess.ts'
import { indexTo } from '../support/indexing.ts'
import { randomOf } from '../support/random.ts'
import { type Setting, startSetting } from '../support/setting.ts'

/** `npm run test:chaos` in short. */
describe('kill -9 of the indexer', () => {
  let setting: Setting

  beforeAll(async () => {
    setting = await startSetting(9)
  })
  afterAll(async () => {
    await setting?.stop()
  })

  /** Kills it again and again before it is through, then lets it finish, and compares with one that was never killed. */
  async function surviveKills(database: DatabaseLocation, where: string, kills: number, seed: number): Promise<void> {
    const random = randomOf(seed)
    const start = () => startFollowing(setting.ledger, where, ['--max-range', '1', '--readers', '1'])
    for (let i = 0; i < kills; i++) {
      const victim = start()
      await victim.said(/GraphQL is at/)
      await sleep(random.below(150))
      victim.child.kill('SIGKILL')
      expect(await victim.ended).toBe('SIGKILL')
    }
    const last = start()
    await last.said(/Caught up with the node/)
    last.child.kill('SIGTERM')
    expect(await last.ended).toBe(0)

    const fresh = await setting.postgres.newDatabase()
    await (await indexTo(setting.ledger, fresh)).closeAtHead()
    expect(await digestOf(database)).toEqual(await digestOf(fresh))
  }

  it('loses nothing and doubles nothing on the embedded database', async () => {
    const folder = join(setting.ledger.folder, 'embedded')
    await surviveKills({ kind: 'embedded', folder }, folder, 1, 1)
  })

  it('loses nothing and doubles nothing on PostgreSQL', async () => {
    const database = await setting.postgres.newDatabase()
    await surviveKills(database, database.url, 2, 2)
  })
})
