import { type Kysely, sql } from 'kysely'

/** Indexes that are not made yet, as the statements that make them: none once a history has first caught up. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table deferred_index (name text primary key, definition text not null)`.execute(db)
}
