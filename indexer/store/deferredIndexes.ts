import { type Kysely, sql } from 'kysely'
import type { Database } from './schema.ts'

/**
 * In a backfill, more than half of the database's work would go into indexes that no query uses
 * yet. So those of the busiest tables, except primary keys, are dropped before the first block and
 * created when the history has first caught up. Each is created in one transaction with the removal
 * of its `deferred_index` row, so that a crash loses none.
 */
const busiest = [
  'block',
  'transfer',
  'inference',
  'channel_charged',
  'unit_weighed',
  'account_total',
  'account_now',
  'inference_rated',
]

/** Does nothing if the history has a block. */
export async function deferIndexes(db: Kysely<Database>): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const begun = await tx.selectFrom('block').select('number').limit(1).executeTakeFirst()
    if (begun !== undefined) return
    const { rows } = await sql<{ name: string }>`
      insert into deferred_index (name, definition)
      select c.relname, pg_get_indexdef(c.oid)
      from pg_index i join pg_class c on c.oid = i.indexrelid join pg_class t on t.oid = i.indrelid
      where t.relnamespace = current_schema()::regnamespace and t.relname = any(${sql.val(busiest)}::text[])
        and not i.indisprimary
      returning name`.execute(tx)
    for (const { name } of rows) await sql`drop index ${sql.id(name)}`.execute(tx)
  })
}

/** Creates the missing indexes, and refreshes the planner's statistics. */
export async function makeDeferredIndexes(db: Kysely<Database>): Promise<void> {
  const missing = await db.selectFrom('deferredIndex').selectAll().orderBy('name').execute()
  for (const { name, definition } of missing) {
    await db.transaction().execute(async (tx) => {
      await sql.raw(definition).execute(tx)
      await tx.deleteFrom('deferredIndex').where('name', '=', name).execute()
    })
  }
  if (missing.length > 0) await sql`analyze`.execute(db)
}
