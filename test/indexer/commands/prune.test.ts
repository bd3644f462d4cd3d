import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { prune } from '../../../indexer/commands/prune.ts'
import { openDatabase } from '../../../indexer/store/database.ts'
import { historiesIn } from '../../../indexer/store/histories.ts'
import { runCommand } from '../../support/commands.ts'
import { indexTo } from '../../support/indexing.ts'
import { type Setting, startSetting } from '../../support/setting.ts'

describe('indexer prune', () => {
  let setting: Setting

  beforeAll(async () => {
    setting = await startSetting(81)
  })
  afterAll(async () => {
    await setting?.stop()
  })

  it('lists what no name stands for, drops it on request, and nothing that is served or written', async () => {
    const database = await setting.postgres.newDatabase()
    const args = ['--database', database.url]
    const indexer = await indexTo(setting.ledger, database)
    await indexer.atHead()
    const nothing = { status: 0, out: expect.stringMatching(/^There is nothing to drop/), errors: '' }
    expect(await runCommand(prune, [...args, '--drop'])).toEqual(nothing)
    await indexer.close()
    expect(await runCommand(prune, [...args, '--drop'])).toEqual(nothing)

    const connections = await openDatabase(database)
    const db = connections.reader('public')
    await sql`drop schema test cascade`.execute(db)
    const [history] = await historiesIn(db)
    const what = `${history?.schema} (test, up to block ${history?.head}, `
    const listed = await runCommand(prune, args)
    expect([listed.status, listed.out.startsWith(`Would drop ${what}`)]).toEqual([0, true])
    expect(listed.out).toMatch(/\nNothing was dropped: give --drop for that\n$/)
    expect(await historiesIn(db)).toHaveLength(1)

    const dropped = await runCommand(prune, [...args, '--drop'])
    expect([dropped.status, dropped.out.startsWith(`Dropped ${what}`)]).toEqual([0, true])
    expect(await historiesIn(db)).toEqual([])
    await connections.close()
  })
})
