import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabase } from '../../indexer/store/database.ts'
import { makeDeferredIndexes } from '../../indexer/store/deferredIndexes.ts'
import { openStore, type Store } from '../../indexer/store/store.ts'
import { identity } from '../support/identity.ts'
import { type PostgresServer, startPostgres } from '../support/postgres.ts'

describe('indexes of an empty history', () => {
  let postgres: PostgresServer
  beforeAll(async () => {
    postgres = await startPostgres()
  })
  afterAll(async () => {
    await postgres?.stop()
  })

  const indexesOf = async ({ write }: Store): Promise<readonly string[]> => {
    const { rows } = await sql<{ name: string }>`
      select indexname as name from pg_indexes where schemaname = current_schema() order by indexname`.execute(write)
    return rows.map(({ name }) => name)
  }
  const missing = async ({ write }: Store) => (await write.selectFrom('deferredIndex').select('name').execute()).length

  it('are made when it has caught up, all of them, whatever ends the process meanwhile', async () => {
    const location = await postgres.newDatabase()
    const database = await openDatabase(location)
    const store = await openStore(database, identity)
    const before = await indexesOf(store)
    expect(before).toContain('transfer_pkey')
    expect(before).not.toContain('transfer_from_block_idx')

    // A table that is gone stands for whatever may go wrong in the middle.
    await sql`alter table inference rename to elsewhere`.execute(store.write)
    await expect(makeDeferredIndexes(store.write)).rejects.toThrow()
    await sql`alter table elsewhere rename to inference`.execute(store.write)
    const left = await missing(store)
    expect(left).toBeGreaterThan(0)
    await store.close()

    const again = await openStore(database, identity)
    expect(await missing(again)).toBeGreaterThanOrEqual(left)
    await makeDeferredIndexes(again.write)
    expect(await missing(again)).toBe(0)
    const after = await indexesOf(again)
    expect(after).toEqual(
      expect.arrayContaining([...before, 'transfer_from_block_idx', 'inference_model_block_batch_position_idx']),
    )
    await again.close()
    await database.close()
  })

  it('are left alone once it holds a block', async () => {
    const database = await openDatabase(await postgres.newDatabase())
    const store = await openStore(database, identity)
    await makeDeferredIndexes(store.write)
    const all = await indexesOf(store)
    await store.write
      .insertInto('block')
      .values({ number: 1n, hash: sql`''::bytea`, parentHash: sql`''::bytea`, timestamp: 1n })
      .execute()
    await store.close()
    const again = await openStore(database, identity)
    expect(await indexesOf(again)).toEqual(all)
    await again.close()
    await database.close()
  })
})
