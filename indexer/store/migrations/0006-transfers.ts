import { type Kysely, sql } from 'kysely'

/** Transfers of OPEN, where they are followed. An amount is as wide as a word of the EVM. */

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table transfer (block int8 not null, log_index int8 not null, transaction_hash bytea not null,
      "from" bytea not null, "to" bytea not null, amount_wei numeric(78) not null, primary key (block, log_index))`.execute(
    db,
  )
  await sql`create index on transfer ("from", block)`.execute(db)
  await sql`create index on transfer ("to", block)`.execute(db)
}
