import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Connections } from '../../indexer/store/connections.ts'
import type { DatabaseLocation } from '../../indexer/store/database.ts'
import { openDatabase } from '../../indexer/store/database.ts'
import { historiesIn, prunable, prune } from '../../indexer/store/histories.ts'
import { openStore, type Store } from '../../indexer/store/store.ts'
import { servedIn, serveHistory } from '../../indexer/store/views.ts'
import { explain, RetryError } from '../../sdk/errors.ts'
import { ask } from '../support/ask.ts'
import { identity } from '../support/identity.ts'
import { indexTo } from '../support/indexing.ts'
import { until } from '../support/ready.ts'
import { type Setting, startSetting } from '../support/setting.ts'

/** Two lists, asked for by statements of their own: in an answer that mixed two histories they would differ. */
const QUESTION = `query ($at: AsOfBlock) {
  some: datasets(block: $at) { items { licence } } others: datasets(block: $at, limit: 2) { items { licence } } }`

type Licences = Readonly<Record<'some' | 'others', { readonly items: readonly { readonly licence: string }[] }>>

describe('a history of a new version', () => {
  let setting: Setting

  beforeAll(async () => {
    setting = await startSetting(33)
    await setting.scenario.play(40)
  })
  afterAll(async () => {
    await setting?.stop()
  })

  const later = () => Date.now() + 120_000

  let markedAt: number

  /** Makes a history tell another licence everywhere, so that one sees whom an answer is from. */
  async function mark(connections: Connections, schema: string): Promise<void> {
    const db = connections.reader(schema)
    markedAt = Number(
      (await db.selectFrom('block').select('number').orderBy('number', 'desc').executeTakeFirst())?.number,
    )
    await sql`update dataset_registered set licence = 'old'`.execute(db)
  }

  async function versionAt(url: string): Promise<'old' | 'new'> {
    const { some, others } = await ask<Licences>(url, QUESTION, { at: { number: markedAt } })
    const licences = [...some.items, ...others.items].map(({ licence }) => licence)
    expect(licences.length).toBeGreaterThan(1)
    const old = licences.filter((licence) => licence === 'old').length
    expect([0, licences.length]).toContain(old)
    return old === 0 ? 'new' : 'old'
  }

  it('is filled beside the served one, which is served until then; no reader sees half a switch or an error', async () => {
    const { ledger, postgres, scenario } = setting
    const database = await postgres.newDatabase()
    const old = await indexTo(ledger, database, { historyVersion: 1 })
    await old.atHead()
    const connections = await openDatabase(database)
    const anywhere = connections.reader('public')
    const [first] = await historiesIn(anywhere)
    await mark(connections, first?.schema ?? '')

    let isOver = false
    const seen: string[] = []
    const watch = async (url: string) => {
      while (!isOver) seen.push(await versionAt(url))
    }
    const viewed: string[] = []
    const watchViews = async () => {
      while (!isOver) {
        const { rows } = await sql<{ licence: string }>`select licence from test.dataset_registered
          where block <= ${markedAt}`.execute(anywhere)
        viewed.push(...rows.map(({ licence }) => licence))
      }
    }
    const events: string[] = []
    const young = await indexTo(ledger, database, {
      historyVersion: 2,
      maxRange: 1,
      report: ({ kind }) => events.push(kind),
    })
    const watching = [watch(old.url), watch(young.url), watchViews()]
    await scenario.play(5)
    await young.ready
    await until(async () => (await versionAt(old.url)) === 'new' && (await versionAt(young.url)) === 'new')
    isOver = true
    await Promise.all(watching)
    expect(new Set(seen)).toEqual(new Set(['old', 'new']))
    expect(viewed.indexOf('old')).toBe(0)
    expect(viewed.lastIndexOf('old')).toBeLessThan(viewed.length - 1)
    expect(events.filter((kind) => kind === 'switched')).toHaveLength(1)

    // Both go on, and the older does not take the views back, not even when it starts anew.
    await old.close()
    const again = await indexTo(ledger, database, { historyVersion: 1 })
    await again.ready
    expect(await versionAt(again.url)).toBe('new')
    expect(await prunable(connections, later)).toEqual([])
    await again.close()

    expect(await prunable(connections)).toEqual([])
    const found = await prunable(connections, later)
    expect(found.map(({ schema, servedAs, isWritten }) => ({ schema, servedAs, isWritten }))).toEqual([
      { schema: first?.schema, servedAs: [], isWritten: false },
    ])
    for (const history of found) expect(await prune(connections, history)).toBe(true)
    expect((await historiesIn(anywhere)).map(({ servedAs, isWritten }) => ({ servedAs, isWritten }))).toEqual([
      { servedAs: ['test'], isWritten: true },
    ])
    expect(await versionAt(young.url)).toBe('new')
    await connections.close()
    await young.close()
  })

  it('is what a process answers from whose tables the served one lacks', async () => {
    const { ledger, postgres } = setting
    const database = await postgres.newDatabase()
    await (await indexTo(ledger, database, { historyVersion: 1 })).closeAtHead()
    const connections = await openDatabase(database)
    const [first] = await historiesIn(connections.reader('public'))
    await mark(connections, first?.schema ?? '')
    const db = connections.reader(first?.schema ?? '')
    await sql`delete from kysely_migration where name = (select max(name) from kysely_migration)`.execute(db)
    const young = await indexTo(ledger, database, { historyVersion: 2 })
    await young.ready
    expect(await versionAt(young.url)).toBe('new')
    await young.close()
    await connections.close()
  })

  it('waits while other views depend on the served ones, and names them', async () => {
    const connections = await openDatabase(await setting.postgres.newDatabase())
    const old = await openStore(connections, identity, { version: 1 })
    const young = await openStore(connections, identity, { version: 2 })
    const serve = ({ write, history, schema }: Store) => serveHistory(write, history, schema)
    const db = connections.reader('public')
    await sql`create view nowhere.mine as select fee_gwei from nowhere.inference`.execute(db)
    await sql`create view public.sums as select sum(fee_gwei) from nowhere.mine`.execute(db)

    const refused = await serve(young).catch((error) => error)
    expect(refused).toBeInstanceOf(RetryError)
    expect(explain(refused)).toBe(
      'Other views depend on those in nowhere, so that they cannot switch to a newer history. Drop view nowhere.mine, ' +
        'view public.sums, and create them again after the switch. Until then it is retried, and the older history is served.',
    )
    expect(await servedIn(db, 'nowhere')).toMatchObject({ history: old.history.schema })

    // What an upgrade adds to a history in its place is shown all the same.
    await sql`alter table inference add column more int4`.execute(old.write)
    expect([await serve(old), await serve(old)]).toEqual(['switched', 'unchanged'])
    expect((await sql`select more from nowhere.inference`.execute(db)).rows).toEqual([])

    await sql`drop view nowhere.mine cascade`.execute(db)
    expect(await serve(young)).toBe('switched')
    expect(await servedIn(db, 'nowhere')).toMatchObject({ history: young.history.schema })
    await connections.close()
  })

  it('takes over in an embedded database too', async () => {
    const { ledger } = setting
    const database: DatabaseLocation = { kind: 'embedded', folder: join(ledger.folder, 'two') }
    await (await indexTo(ledger, database, { historyVersion: 1 })).closeAtHead()
    const connections = await openDatabase(database)
    const [first] = await historiesIn(connections.reader('public'))
    await mark(connections, first?.schema ?? '')
    await connections.close()

    const young = await indexTo(ledger, database, { historyVersion: 2, maxRange: 1 })
    expect(await versionAt(young.url)).toBe('old')
    await young.ready
    await until(async () => (await versionAt(young.url)) === 'new')
    await young.close()
  })

  it('is seen through views that cost nothing: what is asked of them reaches the indexes', async () => {
    const { ledger, postgres } = setting
    const database = await postgres.newDatabase()
    await (await indexTo(ledger, database)).closeAtHead()
    const connections = await openDatabase(database)
    const [history] = await historiesIn(connections.reader('public'))
    const plans = ['test', history?.schema ?? ''].map(async (schema) => {
      const db = connections.reader(schema)
      return await db.transaction().execute(async (tx) => {
        await sql`set local enable_seqscan to off`.execute(tx)
        const { rows } =
          await sql`explain (costs off) select fee_gwei, root from inference join batch_recorded using (batch)
          where inference.payer = 3 and inference.block <= 100 order by batch desc limit 5`.execute(tx)
        return rows
      })
    })
    const [throughViews, plain] = await Promise.all(plans)
    expect(throughViews).toEqual(plain)
    expect(JSON.stringify(plain)).toContain('Index')
    await connections.close()
  })
})
