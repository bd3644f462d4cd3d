import { type Kysely, sql } from 'kysely'

/**
 * What the tables of facts have in common: one table a fact, appended to and only ever deleted from
 * by block, and no table refers to another. Counts and numbers are int8. So are the fees of a
 * record and of a batch, which the contracts bound below 2^57 gwei. Any other amount is numeric, as
 * wide as the event that tells it: a gwei or a wei is never lost. Primary keys lead with what a
 * distributed database would place rows by.
 */

export const place = 'block int8 not null, log_index int8 not null, transaction_hash bytea not null'
export const inOrder = 'primary key (block, log_index)'
export const gwei = 'numeric(20) not null'
export const book = 'book numeric(29) not null'
export const model = 'model int8 not null'
export const unit = 'unit int8 not null'

/** Makes tables by their definitions, and indexes on them. */
export async function createTables(
  db: Kysely<unknown>,
  tables: Readonly<Record<string, string>>,
  indexes: readonly string[],
): Promise<void> {
  for (const [name, columns] of Object.entries(tables)) {
    await sql.raw(`create table ${name} (${columns})`).execute(db)
  }
  for (const columns of indexes) await sql.raw(`create index on ${columns}`).execute(db)
}
