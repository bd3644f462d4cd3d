import { type Kysely, sql } from 'kysely'
import type { Database } from './schema.ts'

/**
 * Filling an empty history, more than half of the database's work would go into indexes that nobody reads by yet. So those of the
 * busiest tables, primary keys apart, are dropped before the first block and made when the history has first caught up, one a
 * transaction together with the note that it is missing: whenever this process ends, what is left to make is written down. Those that
 * storing itself looks things up by stay.
 */
const busiest = ['transfer', 'inference', 'channel_charged', 'unit_weighed', 'account_total', 'inference_rated']

/** Does nothing to a history that holds a block. */
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

/** Makes what is missing, and has the planner look at tables that were empty when it last did. */
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
