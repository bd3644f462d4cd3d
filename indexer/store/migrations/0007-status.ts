import { type Kysely, sql } from 'kysely'

/** What the writer knows beyond the history, for processes that only read: one row, written over each second. */

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table status (id int8 primary key, state text not null, reason text, node_head int8, safe int8,
    finalised int8, written_at timestamptz not null)`.execute(db)
}
