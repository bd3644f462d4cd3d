import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type LocalLedger, startLocalLedger } from '../scripts/localLedger.ts'
import { digestOf } from './support/digest.ts'
import { indexTo } from './support/indexing.ts'
import { type PostgresServer, startPostgres } from './support/postgres.ts'
import { beginStory, type Story } from './support/story.ts'

describe('a history', () => {
  let ledger: LocalLedger
  let postgres: PostgresServer
  let story: Story

  beforeAll(async () => {
    const servers = await Promise.all([startLocalLedger(4), startPostgres()])
    ledger = servers[0]
    postgres = servers[1]
    story = await beginStory(ledger, 20_261_121)
  })
  afterAll(async () => {
    await Promise.all([ledger?.stop(), postgres?.stop()])
  })

  it('reads the same when followed live, fetched in ranges of any size, and kept on either database', async () => {
    const live = await postgres.newDatabase()
    const follower = await indexTo(ledger, live, { pollMs: 20, maxRange: 3 })
    await story.tell(80)
    await story.wait(1)
    await follower.closeAtHead()
    const expected = await digestOf(live)
    expect(expected.inference?.rows).toBeGreaterThan(20n)
    expect(expected.reward_claimed?.rows).toBeGreaterThan(0n)

    for (const maxRange of [1, 7, 10_000]) {
      const database = await postgres.newDatabase()
      await (await indexTo(ledger, database, { maxRange })).closeAtHead()
      expect(await digestOf(database)).toEqual(expected)
    }
    const embedded = { kind: 'embedded', folder: `${ledger.folder}/embedded` } as const
    await (await indexTo(ledger, embedded, { maxRange: 50 })).closeAtHead()
    expect(await digestOf(embedded)).toEqual(expected)
  })
})
